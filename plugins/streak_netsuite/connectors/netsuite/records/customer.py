"""Customers, companies and persons."""

from collections.abc import Sequence

from streak_netsuite.connectors.netsuite.records.parts import (
    custom,
    custom_fields,
    more,
    present,
    read_address,
    reference,
    write_address,
)
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.model.address import Address
from streak_netsuite.model.customer import Customer

ADDRESS_BOOK = "addressbookList"


def write_customer(customer: Customer, external_id: str) -> SuiteRecord:
    """Return a customer whose address book replaces what is there, so a repeat adds no second address."""
    return SuiteRecord(
        type="customer",
        external_id=external_id,
        values=present(
            entityId=customer.entity_id,
            isPerson=customer.is_person,
            companyName=customer.company_name,
            firstName=customer.first_name,
            lastName=customer.last_name,
            email=customer.email,
            phone=customer.phone,
            subsidiary=customer.subsidiary,
            currency=customer.currency,
            terms=customer.terms,
        )
        | more(customer.more_fields),
        custom_fields=custom(customer.custom_fields),
        sublists={ADDRESS_BOOK: _replaced(customer.addresses)} if customer.addresses else {},
    )


def read_customer(record: SuiteRecord) -> Customer:
    """Return a customer.

    Raises:
        ValueError: it has no name.
    """
    addresses = [read_address(row.part("addressbookAddress")) for row in record.rows(ADDRESS_BOOK)]
    return Customer(
        is_person=record.flag("isPerson"),
        company_name=record.text("companyName")
        or ("" if record.flag("isPerson") else record.text("entityId")),
        first_name=record.text("firstName"),
        last_name=record.text("lastName"),
        entity_id=record.text("entityId") or None,
        email=record.text("email"),
        phone=record.text("phone"),
        subsidiary=reference(record, "subsidiary"),
        currency=reference(record, "currency"),
        terms=reference(record, "terms"),
        addresses=tuple(address for address in addresses if address is not None),
        custom_fields=custom_fields(record),
    )


def merge_address(kept: Sequence[Fields], address: Address) -> Sublist:
    """Return an address book with one address set as the default, and nobody else's entry lost or doubled.

    Args:
        kept: the entries as they were read. An equal one is made the default and not added again.
    """
    wanted = write_address(address)
    same = next((row for row in kept if _same(row.part("addressbookAddress"), wanted)), None)
    values = present(defaultShipping=True, defaultBilling=True)
    if same is None:
        row = Fields(values={**values, "addressbookAddress": wanted})
        return Sublist(rows=(row,), mode=SublistMode.MERGE)
    row = Fields(values={**values, "internalId": same.text("internalId")})
    return Sublist(rows=(row,), mode=SublistMode.MERGE)


def _same(one: Fields, other: Fields) -> bool:
    return {**one.values, "addrText": ""} == {**other.values, "addrText": ""}


def _replaced(addresses: Sequence[Address]) -> Sublist:
    rows = tuple(
        Fields(
            values={
                "defaultShipping": position == 0,
                "defaultBilling": position == 0,
                "addressbookAddress": write_address(address),
            }
        )
        for position, address in enumerate(addresses)
    )
    return Sublist(rows=rows, mode=SublistMode.REPLACE)
