"""Checks, and how they are run: each on its own, whatever became of the others."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from streak_netsuite.doctor.bench import Bench
from streak_netsuite.doctor.finding import Finding, fail
from streak_netsuite.errors import StreakNetSuiteError, TransientError

log = logging.getLogger(__name__)

Ask = Callable[[Bench], Iterator[Finding]]


class Part(StrEnum):
    """What a check looks at, and cannot do without."""

    MAPPING = "mapping"
    LEDGER = "ledger"
    STREAK = "streak"
    NETSUITE = "netsuite"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question, with its answer as findings.

    Attributes:
        part: what it looks at; while that is out of reach the check is left out.
        needs: what it cannot do without besides.
        door: whether nothing else of its part makes sense once it is refused.
        fix: the next step when it is refused without one.
    """

    name: str
    part: Part
    ask: Ask
    needs: frozenset[Part] = frozenset()
    door: bool = False
    fix: str = ""

    @property
    def all_needs(self) -> frozenset[Part]:
        """Everything it cannot do without."""
        return self.needs | {self.part}


def run_checks(checks: Sequence[Check], bench: Bench) -> Iterator[Finding]:
    """Yield what the checks find, each as soon as it is known.

    A vendor that is down is one finding: it names the checks that were left out for it.
    """
    shut: set[Part] = set()
    for place, check in enumerate(checks):
        if check.all_needs & shut:
            continue
        try:
            for finding in check.ask(bench):
                yield _signed(finding, check, bench)
        except StreakNetSuiteError as error:
            left_out: list[str] = []
            if check.door or isinstance(error, TransientError):
                left = [c for c in checks[place + 1 :] if not c.all_needs & shut]
                shut.add(check.part)
                left_out = [c.name for c in left if check.part in c.all_needs]
            yield _signed(_refusal(error, check, left_out), check, bench)
        except Exception as error:
            # A defect of one check must not hide what the others find.
            log.debug("check %s broke", check.name, exc_info=True)
            what = f"the check itself broke ({type(error).__name__}), and says nothing about your account"
            yield _signed(fail(what, "report it, with this line"), check, bench)


def _refusal(error: StreakNetSuiteError, check: Check, left_out: Sequence[str]) -> Finding:
    said = f"; left out for it: {', '.join(left_out)}" if left_out else ""
    return fail(f"{error}{said}", getattr(error, "fix", "") or check.fix)


def _signed(finding: Finding, check: Check, bench: Bench) -> Finding:
    return replace(
        finding, check=check.name, message=bench.conceal(finding.message), fix=bench.conceal(finding.fix)
    )
