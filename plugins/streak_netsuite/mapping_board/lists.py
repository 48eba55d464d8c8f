"""NetSuite's lists as the board has asked for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assist.mapping.catalogue import Field
from streak_netsuite.mapping_desk.desk import MappingDesk
from streak_netsuite.mapping_desk.draft import Choices

FieldKey = tuple[str, str]


@dataclass(frozen=True)
class OfferedLists:
    """Keeps what select fields offer. Asking takes as long as NetSuite does, and is safe without a lock."""

    desk: MappingDesk
    _kept: dict[FieldKey, Choices] = field(default_factory=dict)

    def ask(self, target: Field) -> None:
        """Ask NetSuite for the list of a field.

        Raises:
            StreakNetSuiteError: NetSuite cannot be asked.
        """
        self._kept[target.key] = self.desk.choices(target)

    @property
    def kept(self) -> Mapping[FieldKey, Choices]:
        """What each field offers that was asked for."""
        return self._kept
