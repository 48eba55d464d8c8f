"""Everything a run of the flows needs to know."""

from dataclasses import dataclass, field
from pathlib import Path

from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.ledger.settings import LedgerSettings


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a run of the flows needs to know."""

    streak: StreakSettings
    netsuite: NetSuiteSettings
    ledger: LedgerSettings
    mapping: Path
    flow: FlowSettings = field(default_factory=FlowSettings)

    def __post_init__(self) -> None:
        """Leave writes the time that NetSuite takes; their whole time where it would take a repeat for another record.

        Raises:
            ConfigurationError: the connection leaves them less than the flow does.
        """
        flow = self.flow.leaving(self.netsuite.commit_seconds)
        object.__setattr__(
            self, "flow", flow.without_harmless_repeats() if self.netsuite.key_fields else flow
        )
