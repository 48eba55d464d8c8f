"""The pipelines that a key can see, read once and again when a name or key turns out to be unknown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from streak_netsuite.connectors.streak.calls import boxes, pipelines
from streak_netsuite.connectors.streak.catalogue import Catalogue, PipelineNames
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.protocol import NOT_FOUND
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.connectors.streak.values import NewValue, encode, encoding_of
from streak_netsuite.errors import ConfigurationError, RejectedByVendor

ResultT = TypeVar("ResultT")


class Catalogues:
    """Catalogues by pipeline key."""

    def __init__(self, client: StreakClient, settings: StreakSettings) -> None:
        self._client = client
        self._wanted = frozenset(settings.pipelines)
        self._encoding = encoding_of(settings)
        self._by_key: dict[str, Catalogue] = {}
        self._names = PipelineNames(())

    def find(self, pipeline_key: str) -> Catalogue | None:
        """Return what is known of a pipeline without asking Streak."""
        return self._by_key.get(pipeline_key)

    def get(self, pipeline_key: str) -> Catalogue:
        """Return a pipeline's catalogue.

        Raises:
            RejectedByVendor: the key cannot see it.
        """
        self._load()
        if pipeline_key not in self._by_key:
            raise RejectedByVendor(f"pipeline {pipeline_key} is not visible to this key", code=NOT_FOUND)
        return self._by_key[pipeline_key]

    def key(self, pipeline: str) -> str:
        """Return a pipeline's key by name or key; see `NameBook.key` for what is raised."""
        self._load(fresh=pipeline not in self._by_key)
        return self._names.key(pipeline)

    def watched(self) -> list[Catalogue]:
        """Return the watched pipelines.

        Raises:
            ConfigurationError: a pipeline of the settings does not exist for this key.
        """
        self._load()
        wanted = self._wanted
        found = [c for c in self._by_key.values() if not wanted or c.key in wanted or c.name in wanted]
        missing = wanted - {c.key for c in found} - {c.name for c in found}
        if missing:
            known = ", ".join(sorted(c.name for c in self._by_key.values()))
            raise ConfigurationError(
                f"Streak has no pipeline {sorted(missing)} that this key can see; it sees {known}. "
                "Correct 'pipelines' in the Streak connection, or share the pipeline with the key's user"
            )
        return found

    def learn(self, raw: Iterable[Mapping[str, Any]]) -> None:
        """Read the pipelines again when a box shows a stage, field or option that our copy lacks."""
        for box in raw:
            catalogue = self._by_key.get(str(box.get("pipelineKey")))
            if catalogue is None or not catalogue.knows(box):
                self._load(fresh=True)
                return

    def known(self, pipeline_key: str, read: Callable[[Catalogue], ResultT]) -> ResultT:
        """Read from a catalogue; when it lacks a name, from a fresh one: somebody may just have added it."""
        try:
            return read(self.get(pipeline_key))
        except RejectedByVendor as error:
            if not error.code.startswith("UNKNOWN_"):
                raise
            self._load(fresh=True)
            return read(self.get(pipeline_key))

    def encoded(self, pipeline_key: str, values: Mapping[str, NewValue]) -> dict[str, Any]:
        """Return field values by key, each in the form of its field's type; labels become keys."""

        def encoded(catalogue: Catalogue) -> dict[str, Any]:
            definitions = {name: catalogue.field(name) for name in values}
            return {d.key: encode(d, values[name], self._encoding) for name, d in definitions.items()}

        return self.known(pipeline_key, encoded)

    def pipeline_of(self, box_key: str) -> str:
        """Return the key of the pipeline that a box is in."""
        return str(self._client.send(boxes.get(box_key)).get("pipelineKey"))

    def stage_keys(self, pipeline_key: str, stages: Sequence[str]) -> list[str]:
        """Return keys of stages by name or key."""
        return self.known(pipeline_key, lambda c: [c.stage_key(stage) for stage in stages])

    def _load(self, *, fresh: bool = False) -> None:
        if self._by_key and not fresh:
            return
        seen = self._client.send(pipelines.every())
        self._by_key = {p.key: Catalogue(p) for p in seen}
        self._names = PipelineNames(seen)
