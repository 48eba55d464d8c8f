"""Names and keys, both ways: people and mapping files use names, Streak's calls use keys."""

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz, process

from streak_netsuite.errors import Ambiguous, RejectedByVendor

_NEAR_SCORE = 60.0
_NEAR_COUNT = 3


class NameBook:
    """The names of things of one kind in one place.

    Args:
        names: by key.
        thing: what one is called ("stage").
        place: where they are ("pipeline 'Sales'").
        code: of the error for an unknown name.
    """

    def __init__(self, names: Mapping[str, str], *, thing: str, place: str, code: str) -> None:
        self._names = dict(names)
        self._thing = thing
        self._place = place
        self._code = code

    def name(self, key: str) -> str:
        """Return the name of a key, or the key itself when it is not known."""
        return self._names.get(key, key)

    def key(self, name: str) -> str:
        """Return the key of a name, or of a key.

        The name as written comes first; if there is none, letters may differ by case.

        Raises:
            Ambiguous: several have this name; their keys are the candidates.
            RejectedByVendor: there is none; the message names those there are, the fix the nearest.
        """
        found = self.find(name)
        if not found:
            raise self.unknown(name)
        if len(found) > 1:
            raise Ambiguous(
                f"{self._place} has {len(found)} {self._thing}s named '{name}'",
                candidates=[f"{key}: {self._names[key]}" for key in found],
                fix=f"rename all but one of them in Streak, or use the key of the {self._thing} meant",
            )
        return found[0]

    def find(self, name: str) -> list[str]:
        """Return the keys that a name, or a key, may mean; none, one, or several."""
        exact = [key for key, known in self._names.items() if name in (key, known)]
        folded = name.strip().casefold()
        return exact or [key for key, known in self._names.items() if known.strip().casefold() == folded]

    def unknown(self, name: str) -> RejectedByVendor:
        """Return the error for a name that is not there."""
        known = ", ".join(sorted(self._names.values())) or "none"
        return RejectedByVendor(
            f"{self._place} has no {self._thing} '{name}'; it has {known}",
            code=self._code,
            field=name,
            fix=f"{self._meant(name)}add the {self._thing} '{name}' in Streak, or change the mapping",
        )

    def _meant(self, name: str) -> str:
        close = near(name, self._names.values())
        return f"did you mean {' or '.join(repr(c) for c in close)}? Else " if close else ""


def near(name: str, known: Iterable[str]) -> list[str]:
    """Return the names most like this one, best first; none when nothing is close."""
    found = process.extract(
        name.casefold(),
        {text: text.casefold() for text in known},
        scorer=fuzz.WRatio,
        score_cutoff=_NEAR_SCORE,
        limit=_NEAR_COUNT,
    )
    return [str(text) for _, _, text in found]
