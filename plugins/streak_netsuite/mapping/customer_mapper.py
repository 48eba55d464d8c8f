"""The customer of a deal."""

from collections.abc import Iterator, Mapping
from typing import Any

from streak_netsuite.mapping import limits
from streak_netsuite.mapping.address_reading import read_address
from streak_netsuite.mapping.conversion import TargetType
from streak_netsuite.mapping.mapped_deal import is_blocking
from streak_netsuite.mapping.record_sections import CustomerSection
from streak_netsuite.mapping.rule import Reading, Rule
from streak_netsuite.mapping.rule_compiler import RuleCompiler, present, read_by_name
from streak_netsuite.model.address import Address
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.deal import Deal

_TYPES: Mapping[str, TargetType] = {
    "company_name": TargetType.TEXT,
    "first_name": TargetType.TEXT,
    "last_name": TargetType.TEXT,
    "entity_id": TargetType.TEXT,
    "email": TargetType.EMAIL,
    "phone": TargetType.PHONE,
    "subsidiary": TargetType.SELECT,
    "currency": TargetType.SELECT,
    "terms": TargetType.SELECT,
}
_OF_COMPANIES = frozenset({"company_name"})
_OF_PEOPLE = frozenset({"first_name", "last_name"})


class CustomerMapper:
    """Maps deals to customers by one section of a spec."""

    def __init__(self, section: CustomerSection, compiler: RuleCompiler) -> None:
        self._fields = compiler.rules("customer.fields", section.fields, _TYPES, limits.CUSTOMER)
        self._addresses = tuple(
            (rule, compiler.rule(rule, f"customer.addresses[{n}]", TargetType.ADDRESS))
            for n, rule in enumerate(section.addresses)
        )
        self._custom_fields = compiler.by_name("customer", section.custom_fields)
        self._more_fields = compiler.by_name("customer", section.more_fields, "more_fields")

    @property
    def rules(self) -> Iterator[Rule]:
        """Every rule, in the order in which they are read."""
        yield from self._fields.values()
        yield from (compiled for _, compiled in self._addresses)
        yield from self._custom_fields.values()
        yield from self._more_fields.values()

    def read(self, deal: Deal, reading: Reading) -> Customer | None:
        """Return the customer; None when the deal names no buyer, or when a fault blocks it."""
        if deal.organization is None and deal.contact is None:
            reading.add_fault(
                "customer",
                "the deal has neither an organization nor a contact",
                "link the one that buys to the box in Streak",
            )
            return None
        is_person = deal.organization is None
        left_out = _OF_COMPANIES if is_person else _OF_PEOPLE
        first_fault = len(reading.faults)
        values = {n: rule.read(reading) for n, rule in self._fields.items() if n not in left_out}
        custom_fields = read_by_name(self._custom_fields, reading)
        more_fields = read_by_name(self._more_fields, reading)
        addresses = self._read_addresses(reading)
        if (not is_person and not values.get("company_name")) or (is_person and not _has_name(values)):
            self._name_missing(reading, is_person=is_person, first_fault=first_fault)
        if any(map(is_blocking, reading.faults[first_fault:])):
            return None
        return Customer(
            is_person=is_person,
            addresses=addresses,
            custom_fields=custom_fields,
            more_fields=more_fields,
            **present(values),
        )

    def _name_missing(self, reading: Reading, *, is_person: bool, first_fault: int) -> None:
        names = ("first_name", "last_name") if is_person else ("company_name",)
        targets = {f"customer.fields.{name}" for name in names}
        if any(fault.field in targets for fault in reading.faults[first_fault:]):
            return
        who = "contact" if is_person else "organization"
        reading.add_fault(
            f"customer.fields.{names[-1]}", f"the {who} has no name", f"name the {who} in Streak"
        )

    def _read_addresses(self, reading: Reading) -> tuple[Address, ...]:
        found = (read_address(rule, compiled, reading) for rule, compiled in self._addresses)
        return tuple(dict.fromkeys(address for address in found if address is not None))


def _has_name(values: Mapping[str, Any]) -> bool:
    return bool(values.get("first_name") or values.get("last_name"))
