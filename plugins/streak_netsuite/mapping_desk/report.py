"""Suggestions for people."""

from collections.abc import Iterator, Mapping, Sequence

from assist.mapping.catalogue import Catalogue
from assist.mapping.suggestion import Suggestion
from streak_netsuite.mapping_desk.draft import RuleDraft
from streak_netsuite.mapping_desk.targets import Targets

FieldKey = tuple[str, str]
_FEW = 3  # reasons, and other candidates
_SHOWN = 0.05  # what is less likely than that is not worth a word


def suggestions_text(suggestions: Sequence[Suggestion], targets: Targets) -> str:
    """Return the suggestions, the surest first, each with its reasons and what else it could be."""
    ordered = sorted(suggestions, key=lambda s: -(s.probability if s.chosen else s.probability - 1))
    return "\n".join(line for one in ordered for line in _lines(one, targets))


def _lines(one: Suggestion, targets: Targets) -> Iterator[str]:
    best, name = (
        one.chosen,
        f"{one.source.record}: {', '.join(part.title for part in one.parts or (one.source,))}",
    )
    others = [c for c in one.candidates if best is None or c.target.key != best.target.key]
    told = ", ".join(
        f"{targets.path(c.target, line=one.line)} {c.probability:.2f}"
        for c in others[:_FEW]
        if c.probability >= _SHOWN
    )
    if best is None:
        yield f"  -   abstain  {name}{'; perhaps ' + told if told else ''}"
        return
    yield f"{best.probability:.2f}  {one.band.value:<7}  {name} -> {targets.path(best.target, line=one.line)}"
    yield f"               because {'; '.join(reason.seen for reason in best.reasons[:_FEW])}"
    for warning in best.warnings:
        yield f"               careful: {warning}"
    if told:
        yield f"               or {told}"


def missing_text(unfilled: Catalogue, drafts: Sequence[RuleDraft], paths: Mapping[FieldKey, str]) -> str:
    """Return which fields NetSuite demands and nothing fills."""
    drafted = {draft.target for draft in drafts}
    left = [paths[one.key] for one in unfilled if one.required and paths[one.key] not in drafted]
    return (
        f"NetSuite demands and nothing fills: {', '.join(left)}"
        if left
        else "nothing that NetSuite demands is left"
    )
