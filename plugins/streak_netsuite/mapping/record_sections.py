"""The sections of a mapping file that make the customer and the order."""

from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    model_validator,
)

from streak_netsuite.mapping.file_part import EACH, FilePart, Path
from streak_netsuite.mapping.rule_schema import (
    AddressRule,
    CustomFields,
    FieldRule,
    MoreFields,
    checked_names,
)


class CustomerFields(FilePart):
    """Standard fields of the customer."""

    company_name: FieldRule | None = None
    """The company. Left out for a person."""

    first_name: FieldRule | None = None
    """A person's first name. Left out for a company."""

    last_name: FieldRule | None = None
    """A person's last name. Left out for a company."""

    entity_id: FieldRule | None = None
    """The customer's number. Leave it out where NetSuite numbers by itself."""

    email: FieldRule | None = None
    """The main e-mail address."""

    phone: FieldRule | None = None
    """The main phone number."""

    subsidiary: FieldRule | None = None
    """The primary subsidiary (OneWorld accounts need one)."""

    currency: FieldRule | None = None
    """The primary currency. It cannot be changed in NetSuite once the customer has transactions."""

    terms: FieldRule | None = None
    """The payment terms. Orders of the customer that say nothing of terms get these."""


class CustomerSection(FilePart):
    """How the customer is made, when none is found."""

    fields: CustomerFields
    """Standard fields."""

    addresses: tuple[AddressRule, ...] = ()
    """The address book. The first address is the default for billing and shipping."""

    custom_fields: CustomFields = Field(default_factory=dict)
    """Custom fields by script id (`custentity_...`)."""

    more_fields: Annotated[MoreFields, checked_names("customer")] = Field(default_factory=dict)
    """Further standard fields of the customer, by SuiteTalk's names (`creditLimit`), each with its `type`."""

    other_subsidiary: Literal["hold", "add"] = "hold"
    """What happens when an order is for another subsidiary than its customer's: a person is asked, or the customer is added to
    the order's subsidiary first, where the account allows customers in several (Multi-Subsidiary Customer)."""

    @model_validator(mode="after")
    def _made_once(self) -> Self:
        given = (getattr(self.fields, name) for name in type(self.fields).model_fields)
        rules = [*(rule for rule in given if rule is not None), *self.addresses]
        rules += [*self.custom_fields.values(), *self.more_fields.values()]
        if any(rule.on is not None or rule.when_empty == "keep" for rule in rules):
            raise ValueError(
                "a customer is made once and never changed, so `on` and `when_empty: keep` say nothing here"
            )
        return self


class SalesOrderFields(FilePart):
    """Standard fields of the order."""

    transaction_date: FieldRule
    """The order's date, a calendar day in the account's time zone."""

    memo: FieldRule | None = None
    """The memo."""

    purchase_order_number: FieldRule | None = None
    """The customer's purchase order number (`otherRefNum`)."""

    currency: FieldRule | None = None
    """The currency. Left out, it is the customer's own."""

    subsidiary: FieldRule | None = None
    """The subsidiary. Left out, it is the customer's own."""

    department: FieldRule | None = None
    """The department."""

    class_: FieldRule | None = Field(default=None, alias="class")
    """The class."""

    location: FieldRule | None = None
    """The location."""

    terms: FieldRule | None = None
    """The payment terms."""

    sales_rep: FieldRule | None = None
    """The sales rep."""

    ship_date: FieldRule | None = None
    """The day the goods are to leave."""

    ship_method: FieldRule | None = None
    """How the goods are sent (`lookups: {shipping: {netsuite: salesOrder.shipMethod}}`)."""

    start_date: FieldRule | None = None
    """The first day of what is sold for a time, such as a subscription."""

    end_date: FieldRule | None = None
    """The last day of it, not before the first."""

    discount_item: FieldRule | None = None
    """The discount item that takes off the discount of the whole order (`{netsuite: salesOrder.discountItem}`)."""

    discount_rate: FieldRule | None = None
    """What it takes off: a share (`-10%`) or an amount (`-250`), below zero as in NetSuite. Left out, it is the item's own."""

    shipping_address: AddressRule | None = None
    """Where the goods go. Left out, it is the customer's default."""

    billing_address: AddressRule | None = None
    """Where the invoice goes. Left out, it is the customer's default."""


class TextTable(FilePart):
    """A table that people type into a text field: a line for each row."""

    columns: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], ...] = Field(min_length=1)
    """The columns' names, in their order; `from: each.quantity` reads one."""

    separator: str = Field(default="|", min_length=1, max_length=5)
    """What stands between two cells."""

    header: bool = False
    """Whether the first line is a heading."""


class LineRule(FilePart):
    """One line of the order, or one for each entry of a list or row of a table.

    A line for which nothing was typed is left out.
    """

    each: Path | None = None
    """A list field: the rule makes one line per entry, and `from: each` reads the entry."""

    table: TextTable | None = None
    """`each` is a text field with a table: the rule makes one line per row, and `from: each.quantity` reads a cell."""

    item: FieldRule
    """The item."""

    quantity: FieldRule
    """How many; above zero."""

    rate: FieldRule | None = None
    """The price of one, above zero. Left out, or empty and not required, NetSuite prices the line."""

    allow_zero_rate: bool = False
    """Whether a line may be free of charge. If not, a price of zero holds the order."""

    description: FieldRule | None = None
    """The line's text."""

    tax_code: FieldRule | None = None
    """The tax code."""

    location: FieldRule | None = None
    """The location. Left out, it is the order's own."""

    department: FieldRule | None = None
    """The department. Left out, it is the order's own."""

    class_: FieldRule | None = Field(default=None, alias="class")
    """The class. Left out, it is the order's own."""

    units: FieldRule | None = None
    """The units that the quantity counts, of the item's units type. Left out, they are those the item is sold in."""

    price_level: FieldRule | None = None
    """The price level by which NetSuite prices the line, instead of `rate` (`{netsuite: salesOrder.itemList.price}`). -1 is
    Custom, and needs a rate. Left out, it is the customer's own."""

    custom_fields: CustomFields = Field(default_factory=dict)
    """Custom fields by script id (`custcol_...`)."""

    more_fields: Annotated[MoreFields, checked_names("sales_order.lines[0]")] = Field(default_factory=dict)
    """Further standard columns of the line, by SuiteTalk's names (`expectedShipDate`), each with its `type`."""

    @model_validator(mode="after")
    def _known_cells(self) -> Self:
        if self.table is not None and self.each is None:
            raise ValueError(
                "a table needs the text field it stands in; add `each: box.fields.Products`, say"
            )
        given = (getattr(self, name) for name in type(self).model_fields)
        rules = [rule for rule in given if isinstance(rule, FieldRule)]
        for rule in (*rules, *self.custom_fields.values(), *self.more_fields.values()):
            _check_line_rule(rule, self.table)
        return self


def _check_line_rule(rule: FieldRule, table: TextTable | None) -> None:
    if rule.on is not None or rule.when_empty == "keep":
        raise ValueError("`on` and `when_empty: keep` are for fields of the order, not of its lines")
    path = rule.from_ or ""
    if path == EACH and table is not None:
        raise ValueError(
            f"`from: {EACH}` needs a column: {' or '.join(f'{EACH}.{c}' for c in table.columns)}"
        )
    if path.startswith(f"{EACH}.") and (table is None or path.removeprefix(f"{EACH}.") not in table.columns):
        known = ", ".join(table.columns) if table is not None else "no table"
        raise ValueError(f"'{path}' names no column of the table; there is {known}")
    for one in rule.first_of or ():
        _check_line_rule(one, table)


class SalesOrderSection(FilePart):
    """How the order is made."""

    fields: SalesOrderFields
    """Standard fields."""

    lines: tuple[LineRule, ...] = Field(min_length=1)
    """The lines, in this order."""

    custom_fields: CustomFields = Field(default_factory=dict)
    """Custom fields by script id (`custbody_...`)."""

    more_fields: Annotated[MoreFields, checked_names("sales_order")] = Field(default_factory=dict)
    """Further standard fields of the order, by SuiteTalk's names (`shipComplete`), each with its `type`."""

    when_on_credit_hold: Literal["ignore", "flag", "hold"] = "flag"
    """What happens when finance has put the customer on credit hold (`creditHoldOverride` is on): `flag` makes the order and
    gives the deal's owner a task, `hold` waits until finance has released the customer, `ignore` leaves it to NetSuite."""

    @property
    def more_names(self) -> frozenset[str]:
        """SuiteTalk's names of all further standard fields that are filled, of the body and of lines."""
        return frozenset(self.more_fields).union(*(line.more_fields for line in self.lines))
