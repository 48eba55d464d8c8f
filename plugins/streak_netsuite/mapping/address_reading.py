"""A record's address, read by its rule and held against what NetSuite takes."""

from operator import attrgetter

from streak_netsuite.mapping import limits
from streak_netsuite.mapping.address import ParsedAddress
from streak_netsuite.mapping.rule import AddressFault, Reading, Rule
from streak_netsuite.mapping.rule_schema import AddressRule
from streak_netsuite.model.address import Address

_PARTS = attrgetter(*limits.ADDRESS)


def read_address(rule: AddressRule, compiled: Rule, reading: Reading) -> Address | None:
    """Return the address that a rule reads; None when there is none, or one that cannot be written: the reading tells why."""
    parsed: ParsedAddress | None = compiled.read(reading)
    if parsed is None:
        return None
    problems = [*parsed.problems, *_too_long(parsed.address)]
    if not problems:
        return parsed.address
    blocking = rule.when_invalid == "hold"
    fix = "correct the address in Streak: street, city, state and postal code, country"
    told = f"the address {reading.trace[compiled.target].value} {' and '.join(problems)}; {fix}"
    reading.faults.append(AddressFault(told, field=compiled.target, fix=fix, blocking=blocking))
    if not blocking:
        reading.warnings.append(
            f"{compiled.target}: the address was left out, because it {' and '.join(problems)}"
        )
    return None


def _too_long(address: Address) -> list[str]:
    return [
        f"has {len(text)} characters in {name}, and NetSuite takes {limit}"
        for text, (name, limit) in zip(_PARTS(address), limits.ADDRESS.items(), strict=True)
        if len(text) > limit
    ]
