"""What a run did, in counts and ids only: fit for logs, XCom and metrics."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from streak_netsuite.sync.outcome import Action, Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class RunReport:
    """Counts by action and rule. No names, no addresses, no payloads."""

    counts: Mapping[str, int] = field(default_factory=dict)
    rules: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> "RunReport":
        """Return the report of some outcomes."""
        listed = list(outcomes)
        return cls(
            counts=Counter(str(o.action) for o in listed),
            rules=Counter(f"{o.action}: {o.rule}" for o in listed),
        )

    def __add__(self, other: "RunReport") -> "RunReport":
        return RunReport(
            counts=Counter(self.counts) + Counter(other.counts),
            rules=Counter(self.rules) + Counter(other.rules),
        )

    def count(self, action: Action) -> int:
        """Return how many records had this outcome."""
        return self.counts.get(str(action), 0)

    def as_dict(self) -> dict[str, dict[str, int]]:
        """Return plain values for XCom."""
        return {"counts": dict(self.counts), "rules": dict(self.rules)}

    def __str__(self) -> str:
        return ", ".join(f"{n} {rule}" for rule, n in sorted(self.rules.items())) or "nothing to do"
