"""The doctor's visit: every check, in the order in which they build on each other."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from streak_netsuite.connections import ConnectionParts
from streak_netsuite.doctor import (
    account_checks,
    field_checks,
    form_checks,
    habit_checks,
    ledger_checks,
    mapping_checks,
    permission_checks,
    reference_checks,
    streak_checks,
)
from streak_netsuite.doctor.bench import Bench
from streak_netsuite.doctor.check import Check, Part, run_checks
from streak_netsuite.doctor.finding import Finding

_MAPPING = frozenset({Part.MAPPING})
_AUDIT_TRAIL = "NetSuite gives the reason under Setup, Users/Roles, User Management, View Login Audit Trail"

CHECKS: Sequence[Check] = (
    Check(name="mapping.file", part=Part.MAPPING, ask=mapping_checks.file, door=True),
    Check(name="ledger.connection", part=Part.LEDGER, ask=ledger_checks.connection, door=True),
    Check(name="ledger.keys", part=Part.LEDGER, ask=ledger_checks.keys),
    Check(
        name="netsuite.settings",
        part=Part.NETSUITE,
        ask=account_checks.settings,
        door=True,
        fix="correct the NetSuite connection: docs/connecting.md",
    ),
    Check(
        name="ledger.account", part=Part.LEDGER, ask=ledger_checks.account, needs=frozenset({Part.NETSUITE})
    ),
    Check(name="netsuite.endpoint", part=Part.NETSUITE, ask=account_checks.endpoint),
    Check(
        name="streak.key",
        part=Part.STREAK,
        ask=streak_checks.key,
        door=True,
        fix="the password of the Streak connection is the key: docs/connecting.md",
    ),
    Check(name="streak.watched", part=Part.STREAK, ask=streak_checks.watched, needs=_MAPPING),
    Check(name="streak.names", part=Part.STREAK, ask=streak_checks.names, needs=_MAPPING),
    Check(name="streak.conditions", part=Part.STREAK, ask=streak_checks.conditions, needs=_MAPPING),
    Check(name="streak.written_fields", part=Part.STREAK, ask=streak_checks.written_fields, needs=_MAPPING),
    Check(name="streak.webhooks", part=Part.STREAK, ask=streak_checks.webhooks),
    Check(name="netsuite.login", part=Part.NETSUITE, ask=account_checks.login, door=True, fix=_AUDIT_TRAIL),
    Check(name="netsuite.concurrency", part=Part.NETSUITE, ask=account_checks.concurrency),
    Check(
        name="netsuite.records",
        part=Part.NETSUITE,
        ask=account_checks.records,
        needs=frozenset({Part.LEDGER}),
    ),
    Check(
        name="netsuite.permissions",
        part=Part.NETSUITE,
        ask=permission_checks.permissions,
        needs=_MAPPING,
    ),
    Check(name="netsuite.credit_holds", part=Part.NETSUITE, ask=permission_checks.credit_holds),
    Check(name="netsuite.deletions", part=Part.NETSUITE, ask=permission_checks.deletions),
    Check(
        name="netsuite.custom_fields",
        part=Part.NETSUITE,
        ask=field_checks.custom_fields,
        needs=_MAPPING,
        fix="grant the role the permissions for custom fields (Setup), View",
    ),
    Check(
        name="netsuite.standard_fields",
        part=Part.NETSUITE,
        ask=field_checks.standard_fields,
        needs=_MAPPING,
    ),
    Check(
        name="netsuite.mandatory_fields",
        part=Part.NETSUITE,
        ask=field_checks.mandatory_fields,
        needs=_MAPPING,
    ),
    Check(name="netsuite.forms", part=Part.NETSUITE, ask=form_checks.form_fields, needs=_MAPPING),
    Check(name="ledger.refusals", part=Part.LEDGER, ask=form_checks.refusals),
    Check(name="netsuite.ids", part=Part.NETSUITE, ask=reference_checks.references, needs=_MAPPING),
    Check(
        name="netsuite.customer_names", part=Part.NETSUITE, ask=habit_checks.customer_names, needs=_MAPPING
    ),
    Check(name="netsuite.user_zone", part=Part.NETSUITE, ask=habit_checks.user_zone),
)


def visit(
    *,
    connection: Callable[[str], ConnectionParts],
    mapping: Callable[[], Path],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    checks: Sequence[Check] = CHECKS,
) -> Iterator[Finding]:
    """Yield everything that was found, each as soon as it is known. Writes nothing anywhere.

    Args:
        connection: gives the parts of a connection by its id; raises ConfigurationError when there is none.
        mapping: gives the mapping file.
    """
    bench = Bench(connection=connection, mapping=mapping, clock=clock)
    try:
        yield from run_checks(checks, bench)
    finally:
        bench.close()
