"""What a mapping file may say. The docstrings and descriptions here are its reference."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import regex
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    PrivateAttr,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema

from streak_netsuite.mapping.expression import Expression
from streak_netsuite.mapping.number import DecimalMark
from streak_netsuite.mapping.source import LISTS, ROOTS, parse_path
from streak_netsuite.mapping.standard_fields import place_of
from streak_netsuite.model.change_policy import GROUPS, PART_NAMES, ChangePolicy, Owner
from streak_netsuite.model.custom_field import CustomFieldType
from streak_netsuite.model.held_order import OrderStatus
from streak_netsuite.model.identity import fold
from streak_netsuite.model.order_story import EventKind, OrderState
from streak_netsuite.model.order_total import AddedPart, Allowance, TotalRules

# Custom fields by where they stand, and custom segments, which stand anywhere.
_MORE_PART = re.compile(r"(?:lines\.)?more_fields\.[a-z][A-Za-z0-9]*\Z")
SCRIPT_ID = re.compile(r"(?:cust(?:body|col|entity|item|record)_?[a-z0-9_]+|cseg_?[a-z0-9_]+)\Z")


MappingFunction = Callable[[Mapping[str, Any]], Any]
"""A function of a mapping: is given the deal as expressions see it, as a copy of its own, and returns a plain value."""


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, use_attribute_docstrings=True
    )


ITEMS = "item"
_LIST = re.compile(
    r"[a-zA-Z]+(?:\.[a-zA-Z]+)?\.[a-zA-Z][a-zA-Z0-9_]*\Z"
)  # a record, a sublist perhaps, a field
EACH = "each"
WRITE_BACK_NAMES: Mapping[str, tuple[str, ...]] = {
    "order": ("number", "internal_id", "url", "status", "date", "total", "currency"),
    "customer": ("name",),
}


STATUS_NAMES: Mapping[str, tuple[str, ...]] = {
    "order": (*WRITE_BACK_NAMES["order"], "state", "on_credit_hold"),
    "customer": ("name",),
    "money": ("invoiced", "paid", "credited", "open", "due", "deposited"),
    "shipping": ("ordered", "shipped", "tracking"),
}
EVENT_NAMES: Mapping[str, tuple[str, ...]] = {
    **STATUS_NAMES,
    "event": ("number", "date", "amount", "due", "open", "tracking"),
}


ITEM_NAMES: Mapping[str, tuple[str, ...]] = {
    "item": ("id", "name", "display_name", "description", "kind", "prices", "available", "on_hand", "stock"),
}


def _known_path(text: str) -> str:
    if text != EACH and not text.startswith(f"{EACH}."):
        parse_path(text)
    return text


def _known_expression(text: str) -> str:
    Expression(text, {root: () if root in LISTS else names for root, names in ROOTS.items()})
    return text


def _known_write_back(text: str) -> str:
    Expression(text, WRITE_BACK_NAMES)
    return text


def _known_status(text: str) -> str:
    Expression(text, STATUS_NAMES)
    return text


def _known_event(text: str) -> str:
    Expression(text, EVENT_NAMES)
    return text


def _known_item(text: str) -> str:
    Expression(text, ITEM_NAMES)
    return text


def _known_pattern(text: str) -> str:
    try:
        regex.compile(text)
    except regex.error as error:
        raise ValueError(f"'{text}' is not a regular expression: {error}") from error
    return text


def _known_list(text: str) -> str:
    if text != ITEMS and not _LIST.match(text):
        raise ValueError(
            f"'{text}' is neither {ITEMS} nor a field that offers a list; write it like salesOrder.{text}"
        )
    return text


def _known_zone(text: str) -> str:
    if text == "account":
        return text
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"'{text}' is not a time zone; write 'account' or a name like Europe/Berlin"
        ) from error
    return text


def _id_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Path = Annotated[str, AfterValidator(_known_path)]
ExpressionText = Annotated[str, AfterValidator(_known_expression)]
WriteBackText = Annotated[str, AfterValidator(_known_write_back)]
StatusText = Annotated[str, AfterValidator(_known_status)]
EventText = Annotated[str, AfterValidator(_known_event)]
ItemText = Annotated[str, AfterValidator(_known_item)]
Pattern = Annotated[str, Field(max_length=200), AfterValidator(_known_pattern)]
AskedList = Annotated[str, AfterValidator(_known_list)]
Zone = Annotated[str, AfterValidator(_known_zone)]
IdText = Annotated[str, BeforeValidator(_id_text), WithJsonSchema({"type": ["string", "integer"]})]
Constant = Annotated[
    str | bool | int | Decimal,
    Field(union_mode="smart"),
    WithJsonSchema({"type": ["string", "boolean", "number"]}),
]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class TransformName(StrEnum):
    """Transforms that need no options; those that take some use their usual ones."""

    STRIP = "strip"
    COLLAPSE_SPACES = "collapse_spaces"
    UPPER = "upper"
    LOWER = "lower"
    TITLE = "title"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    SPLIT = "split"
    JOIN = "join"
    FIRST = "first"
    ADDRESS = "address"
    EMAIL = "email"
    PHONE = "phone"
    CURRENCY = "currency"


class NumberOptions(_Part):
    """How a number is typed."""

    decimal: DecimalMark = DecimalMark.AUTO
    """`comma`, `point`, or `auto`: see "Numbers" in the reference."""


class DateOptions(_Part):
    """How a date is typed, and where its day is taken."""

    format: str | None = Field(default=None, max_length=40)
    """How text is read, in strftime's letters: `%d.%m.%Y`. Without it text must be like 2026-03-31."""

    zone: Zone = "account"
    """The zone whose calendar day is meant: `account`, or a name like `Europe/Berlin`."""


class ReplaceOptions(_Part):
    """What is replaced."""

    old: str = Field(min_length=1)
    """The text that goes."""

    new: str = ""
    """The text that comes."""


class RegexOptions(_Part):
    """What part of a text is meant."""

    pattern: Pattern
    """A regular expression; the first place where it fits counts."""

    group: int = Field(default=0, ge=0)
    """Which bracket of the pattern is kept; 0 keeps all that fits. Without a fit the value is empty, with a warning."""

    @model_validator(mode="after")
    def _known_group(self) -> Self:
        groups = regex.compile(self.pattern).groups
        if self.group > groups:
            raise ValueError(f"the pattern has {groups} brackets, so there is no group {self.group}")
        return self


class AddressOptions(_Part):
    """How a one-line address is read."""

    default_country: CountryCode | None = None
    """The country of addresses that name none, as a two-letter code: `US`."""


class TransformCall(_Part):
    """A transform with options. Exactly one key."""

    number: NumberOptions | None = None
    """Text to an exact number."""

    integer: NumberOptions | None = None
    """Text to a whole number."""

    date: DateOptions | None = None
    """A moment or a text to a calendar day."""

    datetime: DateOptions | None = None
    """A text to a moment."""

    split: str | None = Field(default=None, min_length=1)
    """Text to a list, at this separator. Blank parts go."""

    join: str | None = None
    """A list to text, with this between the parts."""

    replace: ReplaceOptions | None = None
    """Text for text."""

    regex: RegexOptions | None = None
    """The part of a text that fits a pattern."""

    prefix: str | None = None
    """Text put before."""

    suffix: str | None = None
    """Text put after."""

    address: AddressOptions | None = None
    """A one-line address to its parts."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError(
                "a transform has exactly one key; write several transforms as several list entries"
            )
        return self

    @property
    def name(self) -> str:
        """Which transform this is."""
        return next(iter(self.model_fields_set))


def _transform_kind(value: Any) -> str:
    return "call" if isinstance(value, dict | TransformCall) else "name"


Transform = Annotated[
    Annotated[TransformName, Tag("name")] | Annotated[TransformCall, Tag("call")],
    Discriminator(_transform_kind),
]


_SOURCES = ("from_", "value", "expression", "function", "first_of")


class FieldRule(_Part):
    """Where one value comes from. Exactly one of `from`, `value`, `expression`, `function` and `first_of`."""

    from_: Path | None = Field(default=None, alias="from")
    """A path into the deal: `box.name`, `box.fields.PO number`, `organization.addresses[0]`. In a line rule
    with `each`, the path `each` is the entry the line is made for."""

    value: Constant | None = None
    """A constant. For a reference it is the internal id."""

    expression: ExpressionText | None = None
    """A Jinja expression over `box`, `buyer`, `organization` and `contact`: `{{ box.name }} / {{ box.stage }}`."""

    function: str | None = Field(default=None, pattern=r"^[a-zA-Z][a-zA-Z0-9_]*$")
    """A function of the file `functions` names; it is given the deal, and gives the value."""

    first_of: tuple["FieldRule", ...] | None = Field(default=None, min_length=1)
    """Several rules; the first that gives a value counts."""

    when: ExpressionText | None = None
    """An expression over the deal; the rule counts when it gives something but `no`, `False` or nothing. When it does not,
    the field is left alone, whatever `required` and `default` say."""

    on: Literal["create", "update"] | None = None
    """Counts only when the order is made, or only when it follows its changed deal: a field `on: create` keeps what it
    got, whatever becomes of the deal. For fields of the order."""

    transform: tuple[Transform, ...] = ()
    """What is done to the value, in this order."""

    lookup: str | None = None
    """The table of `lookups` in which the value is looked up."""

    default: Constant | None = None
    """What an empty value becomes. It is taken as it is, before the lookup."""

    required: bool = False
    """Whether a record without this value is held."""

    when_empty: Literal["skip", "keep", "error"] = "skip"
    """What an empty source means: `skip` leaves the field alone when the order is made and empties it when the deal has
    lost the value since, `keep` leaves it alone then, too, `error` holds the record."""

    clip: int | None = Field(default=None, ge=1)
    """Cut text to this many characters, with a warning. Without it a text that is too long holds the record."""

    max_length: int | None = Field(default=None, ge=1)
    """The longest text the field takes, where it differs from NetSuite's usual one."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [k for k in _SOURCES if getattr(self, k) is not None]
        if len(given) != 1:
            names = " and ".join(k.rstrip("_") for k in given) or "none of them"
            raise ValueError(
                f"a rule has exactly one of from, value, expression, function and first_of; this has {names}"
            )
        if self.default is not None and self.when_empty == "error":
            raise ValueError("a rule has a default or `when_empty: error`, not both; remove one")
        return self


class AddressRule(FieldRule):
    """A rule whose value is a postal address, read from one line."""

    when_invalid: Literal["drop", "hold"] = "drop"
    """What a line without a valid country or state means. `drop` makes the record without the address and
    reports the address as a fault of its own; `hold` holds the record."""


class CustomFieldRule(FieldRule):
    """A rule for a custom field, or for a standard field by SuiteTalk's name."""

    type: CustomFieldType
    """The field's type in NetSuite. Values are converted to it, strictly."""


def _checked_script_ids(fields: Mapping[str, CustomFieldRule]) -> Mapping[str, CustomFieldRule]:
    for script_id in fields:
        if not SCRIPT_ID.match(script_id):
            raise ValueError(
                f"'{script_id}' is not a script id; it looks like custbody_streak_stage, in lower case"
            )
    return fields


def _checked_names(section: str) -> AfterValidator:
    """Return what makes sure that fields may be filled by SuiteTalk's names."""
    place = place_of(section)

    def checked(fields: Mapping[str, CustomFieldRule]) -> Mapping[str, CustomFieldRule]:
        for name in fields:
            place.check(name)
        return fields

    return AfterValidator(checked)


CustomFields = Annotated[dict[str, CustomFieldRule], AfterValidator(_checked_script_ids)]
MoreFields = dict[str, CustomFieldRule]


class CustomerFields(_Part):
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


class CustomerSection(_Part):
    """How the customer is made, when none is found."""

    fields: CustomerFields
    """Standard fields."""

    addresses: tuple[AddressRule, ...] = ()
    """The address book. The first address is the default for billing and shipping."""

    custom_fields: CustomFields = Field(default_factory=dict)
    """Custom fields by script id (`custentity_...`)."""

    more_fields: Annotated[MoreFields, _checked_names("customer")] = Field(default_factory=dict)
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


class SalesOrderFields(_Part):
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


class TextTable(_Part):
    """A table that people type into a text field: a line for each row."""

    columns: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], ...] = Field(min_length=1)
    """The columns' names, in their order; `from: each.quantity` reads one."""

    separator: str = Field(default="|", min_length=1, max_length=5)
    """What stands between two cells."""

    header: bool = False
    """Whether the first line is a heading."""


class LineRule(_Part):
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

    more_fields: Annotated[MoreFields, _checked_names("sales_order.lines[0]")] = Field(default_factory=dict)
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


class SalesOrderSection(_Part):
    """How the order is made."""

    fields: SalesOrderFields
    """Standard fields."""

    lines: tuple[LineRule, ...] = Field(min_length=1)
    """The lines, in this order."""

    custom_fields: CustomFields = Field(default_factory=dict)
    """Custom fields by script id (`custbody_...`)."""

    more_fields: Annotated[MoreFields, _checked_names("sales_order")] = Field(default_factory=dict)
    """Further standard fields of the order, by SuiteTalk's names (`shipComplete`), each with its `type`."""

    when_on_credit_hold: Literal["ignore", "flag", "hold"] = "flag"
    """What happens when finance has put the customer on credit hold (`creditHoldOverride` is on): `flag` makes the order and
    gives the deal's owner a task, `hold` waits until finance has released the customer, `ignore` leaves it to NetSuite."""

    @property
    def more_names(self) -> frozenset[str]:
        """SuiteTalk's names of all further standard fields that are filled, of the body and of lines."""
        return frozenset(self.more_fields).union(*(line.more_fields for line in self.lines))


class WriteBackSection(_Part):
    """What the deal is told once the order exists. Expressions see `order` and `customer`."""

    fields: dict[str, WriteBackText] = Field(default_factory=dict)
    """Box fields by name, and the expression each is set to."""

    comment: WriteBackText | None = None
    """A comment put on the box."""

    comment_as: Literal["comment", "meeting_note"] = "comment"
    """How Streak keeps it: as a comment, or as a meeting note that stands at the order's date in the timeline and counts as
    a touch in Streak's sales figures."""


class StatusSection(_Part):
    """What the deal is told of what becomes of its order. Expressions see `order`, `customer`, `money` and `shipping`."""

    fields: dict[str, StatusText] = Field(default_factory=dict)
    """Box fields by name, and the expression each is set to; an empty text clears its field."""

    stages: dict[OrderState, str] = Field(default_factory=dict)
    """The stage a box is moved to, once, when its order reaches a state."""

    events: dict[EventKind, EventText] = Field(default_factory=dict)
    """The activity that is put on the box when something happens. The expression sees `event` besides."""

    events_since: date | None = None
    """What happened before this day is not put on boxes: set it to the day you go live, before you catch up on old deals."""

    events_as: Literal["comment", "meeting_note"] = "comment"
    """How Streak keeps them: as comments, or as meeting notes that stand at their day in the timeline and count as touches
    in Streak's sales figures."""

    @property
    def is_wanted(self) -> bool:
        """Whether anything is to be told."""
        return bool(self.fields or self.stages or self.events)


class InvoiceSection(_Part):
    """Whether fulfilled orders are billed by us, and how."""

    when: Literal["never", "shipped", "each_shipment"] = "never"
    """`never`: finance bills. `shipped`: an order is billed once all of it has left. `each_shipment`: what has left is billed
    as it leaves."""

    dated: Literal["today", "shipment"] = "today"
    """The invoice's day: the day it is made, or the day of the last shipment."""

    closed_period: Literal["hold", "next_open"] = "hold"
    """What is done when the day's posting period is closed: a person is asked, or the invoice is dated in the next month
    whose period is open, never later than today, and says so behind the order's memo."""

    drop_shipped: Literal["as_shipped", "vendor_billed", "leave"] = "as_shipped"
    """What is done about an order with lines that a vendor sends. `as_shipped`: nothing else, NetSuite calls the line fulfilled
    when its drop shipment is. `vendor_billed`: the order waits until the vendors have billed the purchase orders behind, or
    these are closed. `leave`: finance bills it."""

    deposits: Literal["leave", "apply"] = "leave"
    """Whether deposits that were paid for the order are applied to the invoice we have made, the oldest first."""


class ItemsSection(_Part):
    """Which items Streak offers, and what boxes show of them. Expressions see `item`."""

    fields: tuple[str, ...] = ()
    """Dropdown or tag fields of the pipeline that offer items; none: items are not brought to Streak."""

    label: ItemText = "{{ item.name }}"
    """What an option says. A lookup of the mapping finds an item by its name, so keep it in it."""

    when: ItemText | None = None
    """An expression over the item; one for which it gives `no`, `False` or nothing is treated as inactive."""

    retire: Literal["keep", "mark", "remove"] = "keep"
    """What becomes of an option of ours whose item cannot be sold any more: it stays, gets `mark` behind it, or is removed
    once no box has it. Options that others added stay in any case."""

    mark: str = Field(default=" (inactive)", min_length=1)
    """What `mark` puts behind a label."""

    box_fields: dict[str, ItemText] = Field(default_factory=dict)
    """Fields of boxes by name, and the expression each is set to from the item that the box has in the first of `fields`."""

    stages: tuple[str, ...] = ()
    """The stages whose boxes get `box_fields`: those in which people still sell."""

    currency: str = ""
    """The currency of `item.prices`, as NetSuite names it; empty: prices that name none, else the account's first."""

    @model_validator(mode="after")
    def _has_stages(self) -> Self:
        if self.box_fields and not (self.stages and self.fields):
            raise ValueError(
                "box_fields needs `fields` and `stages`: which boxes are meant, and where their item stands"
            )
        return self


def _known_parts(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in PART_NAMES and not SCRIPT_ID.match(name) and not _MORE_PART.match(name):
            raise ValueError(f"'{name}' is no part of an order; write {', '.join(PART_NAMES)} or a script id")
    return names


def _known_owners(owners: Mapping[str, Owner]) -> Mapping[str, Owner]:
    _known_parts(tuple(owners))
    return owners


Parts = Annotated[tuple[str, ...], AfterValidator(_known_parts)]


class ChangesSection(_Part):
    """What of an order follows its deal when the deal changes afterwards. Without it an order is made once and left alone."""

    allowed: dict[OrderStatus, Parts] = Field(default_factory=dict)
    """What may be changed, by the order's status in NetSuite; a status that is not named allows nothing. Parts are standard
    fields (`memo`), `more_fields` or single ones of them (`more_fields.shipComplete`), `custom_fields` or single script ids,
    `lines.quantity`, `lines.rate`, `lines.item`, `lines.description`,
    `lines.tax_code`, `lines.location`, `lines.department`, `lines.class`, `lines.units`, `lines.price_level`,
    `lines.more_fields`, `lines.custom_fields`, `lines.add`, `lines.remove`, and for many at once `fields`, `lines`, `everything`."""

    in_closed_period: Parts | None = None
    """What may be changed, of that, on orders dated in a closed accounting period. Left out, the period does not matter."""

    owner: Owner = Owner.NETSUITE
    """Whose value stays when the deal and finance have both changed a part."""

    owners: Annotated[dict[str, Owner], AfterValidator(_known_owners)] = Field(default_factory=dict)
    """The same for single parts: `{memo: streak}`."""

    purchased: Literal["refuse", "follow"] = "refuse"
    """Whether item, quantity and unit of a line may change, or the line go, once NetSuite has ordered it from a vendor (drop shipments,
    special orders). `follow` is for accounts whose purchase orders follow their sales orders, or whose buyers look after them."""

    refused: Literal["task", "hold", "ignore"] = "task"
    """What is done about changes that the order cannot follow: a task on the box says which and why, a person is shown a
    hold, or nothing but the audit says so."""

    @property
    def is_wanted(self) -> bool:
        """Whether orders follow their deals at all."""
        return bool(self.allowed)

    @property
    def policy(self) -> ChangePolicy:
        """The same, as the planner takes it."""
        closed = None if self.in_closed_period is None else _spread(self.in_closed_period)
        return ChangePolicy(
            allowed={status: _spread(parts) for status, parts in self.allowed.items()},
            in_closed_period=closed,
            owner=self.owner,
            owners=self.owners,
            purchased=self.purchased == "follow",
        )


def _spread(parts: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(GROUPS.get(part, frozenset({part})) for part in parts))


class AddedBound(_Part):
    """How much of a part of an order's total NetSuite may add."""

    most: Decimal | None = Field(default=None, ge=0)
    """The largest amount, in the order's currency."""

    most_percent: Decimal | None = Field(default=None, ge=0)
    """The largest share of the sum of the lines as they were written, in percent: `25`."""


class NetSuiteAdds(_Part):
    """What NetSuite may add to the total of an order by itself: `true`, `false`, or up to a bound."""

    tax: bool | AddedBound = True
    """Whether tax may be added."""

    shipping: bool | AddedBound = True
    """Whether shipping may be added."""

    handling: bool | AddedBound = True
    """Whether handling may be added."""

    discount: bool | AddedBound = False
    """Whether a discount may be taken off that the deal did not give, or that goes beyond the one it gave."""


class ReconcileSection(_Part):
    """What is a difference between deals and orders, and what is not."""

    netsuite_adds: NetSuiteAdds = NetSuiteAdds()
    """What of an order's total is NetSuite's to add. The rest has to be what was written, but for `reconcile_tolerance`."""

    @property
    def total_rules(self) -> TotalRules:
        """The same, as the comparison takes it."""
        return TotalRules(
            allowances={part: _allowance(getattr(self.netsuite_adds, part.value)) for part in AddedPart}
        )


def _allowance(rule: bool | AddedBound) -> Allowance:
    if isinstance(rule, AddedBound):
        return Allowance(most=rule.most, most_percent=rule.most_percent)
    return Allowance(allowed=rule)


class ApprovalSection(_Part):
    """Which orders somebody has to approve before they are written. Until then the deal is held."""

    above: dict[str, Decimal] = Field(default_factory=dict)
    """Amounts by the order's currency, as the lookup names it, from which on an order waits: `{USD: 50000, other: 40000}`.
    `other` stands for every currency that is not named, and for orders in their customer's own. An order of which NetSuite
    prices a line waits, too."""

    when: ExpressionText | None = None
    """An expression over the deal; an order waits when it gives something but `no`, `False` or nothing. A text that it gives
    is shown as the reason: `{{ 'a rush order' if box.fields['Rush order'] else '' }}`."""


class LookupEntry(_Part):
    """The record a value stands for."""

    id: IdText | None = None
    """Its internal id."""

    external_id: IdText | None = None
    """Its external id."""

    name: str = ""
    """Its name, for people."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Allow the id alone in editors, as the validator does."""
        return {"anyOf": [{"type": ["string", "integer"]}, handler(core_schema)]}

    @model_validator(mode="before")
    @classmethod
    def _plain_id(cls, value: Any) -> Any:
        return {"id": value} if isinstance(value, str | int) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def _one_id(self) -> Self:
        if (self.id is None) == (self.external_id is None):
            raise ValueError("an entry has an id or an external_id; write the internal id after the colon")
        return self


def _distinct(table: Mapping[str, LookupEntry] | None) -> Mapping[str, LookupEntry] | None:
    seen: dict[str, str] = {}
    for key in table or ():
        if (twin := seen.setdefault(fold(key), key)) != key:
            raise ValueError(f"'{twin}' and '{key}' are the same value; keep one of them")
    return table


class LookupSource(_Part):
    """A table of values: written here, in a file beside, or asked of NetSuite by name."""

    table: Annotated[dict[str, LookupEntry], AfterValidator(_distinct)] | None = None
    """Values and the internal ids they stand for: `{USD: 1, EUR: 4}`."""

    file: str | None = None
    """A YAML file with such a table, beside the mapping file: `lookups/currency.yaml`."""

    netsuite: AskedList | None = None
    """Asked of NetSuite by name: `item` for items; else the field that offers the list, as SuiteTalk calls it:
    `salesOrder.terms`, `customer.category`, `salesOrder.custbody_tier`, `salesOrder.itemList.taxCode`."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.netsuite is None) == (self.file is None and self.table is None):
            raise ValueError("a lookup has exactly one of table, file and netsuite")
        return self


class MatchRule(StrEnum):
    """What, beside an earlier link and our own key, can tell that a customer exists already."""

    EMAIL = "email"
    NAME = "name"


class MatchPolicy(_Part):
    """How an existing customer is recognised. An earlier link, and a customer that carries our key, always count."""

    rules: tuple[MatchRule, ...] = (MatchRule.EMAIL, MatchRule.NAME)
    """What is compared besides. `name` means equal but for case, accents, punctuation and legal form."""

    possible: float = Field(default=0.85, gt=0, le=1)
    """Likeness of names (0 to 1) from which a person is asked before a customer is created."""

    likely: float = Field(default=0.2, gt=0, le=1)
    """Probability (0 to 1) from which a person is asked because name, addresses and numbers together look like those of
    a customer that exists. Known from the first search for duplicates on; 1 asks about next to none."""

    when_ambiguous: Literal["hold"] = "hold"
    """What happens when several customers could be meant: a person chooses."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.rules)) != len(self.rules):
            raise ValueError("a rule is named twice; name each once")
        return self


class SourceSection(_Part):
    """Which deals are meant."""

    pipeline: str = Field(min_length=1)
    """The pipeline's name in Streak."""

    stages: tuple[str, ...] = Field(min_length=1)
    """The stages in which a deal becomes an order."""

    won_since: date | None = None
    """Deals that came to the stage before this day (UTC) make no order, whatever is edited on them later.
    Set it to the day you go live; older deals are a backfill's business."""

    lost_stages: tuple[str, ...] = ()
    """The stages that say that a deal is lost."""

    when_lost: Literal["hold", "ignore", "close", "cancel"] = "hold"
    """What is done when a deal is lost that has a sales order. `hold`: show a person both. `ignore`: nothing. `close`: close
    the lines of the order of which nothing more is to be shipped or billed then. `cancel`: cancel an order that is not
    approved yet, and close any other."""

    when_won_again: Literal["hold", "reopen"] = "hold"
    """What is done when such a deal is won again: show a person both, or open the lines again that are closed."""

    when_deleted: Literal["hold", "ignore"] = "hold"
    """What is done when a deal is deleted in Streak that has a sales order: show a person both, or nothing."""


class MappingSpec(_Part):
    """A mapping file: how a Streak deal becomes a NetSuite customer and sales order."""

    version: Literal[1]
    """The version of this format."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """The mapping's name, in lower case."""

    description: str = ""
    """What it is for."""

    source: SourceSection
    """The deals this mapping is for."""

    match: MatchPolicy = MatchPolicy()
    """The rules by which an existing customer is recognised."""

    lookups: dict[str, LookupSource] = Field(default_factory=dict)
    """Tables that rules look values up in, by name."""

    functions: str | None = Field(default=None, pattern=r"^[^/\\]+\.py$")
    """A Python file beside this one, for what no rule can say. It is code that Airflow's workers run."""

    customer: CustomerSection
    """The customer, when none is found."""

    sales_order: SalesOrderSection
    """The order."""

    write_back: WriteBackSection = WriteBackSection()
    """What the deal is told."""

    approval: ApprovalSection = ApprovalSection()
    """Which orders somebody has to approve before they are written."""

    changes: ChangesSection = ChangesSection()
    """What of the order follows its deal when the deal changes afterwards."""

    invoice: InvoiceSection = InvoiceSection()
    """Whether fulfilled orders are billed."""

    items: ItemsSection = ItemsSection()
    """Items in Streak."""

    status: StatusSection = StatusSection()
    """What the deal is told of what becomes of its order."""

    reconcile: ReconcileSection = ReconcileSection()
    """What is a difference between deals and orders."""

    _known_functions: Mapping[str, MappingFunction] = PrivateAttr(default_factory=dict)

    _places: Mapping[str, str] = PrivateAttr(default_factory=dict)

    def place_of(self, target: str) -> str:
        """Return where the rule of a target stands, or what it would stand in: "deal_to_order.yaml line 41"."""
        while target and target not in self._places:
            target = target.rpartition(".")[0]
        return self._places.get(target, "")

    def with_places(self, places: Mapping[str, str]) -> Self:
        """Return the same mapping, which knows where its rules stand."""
        made = self.model_copy()
        made._places = places
        return made

    @property
    def known_functions(self) -> Mapping[str, MappingFunction]:
        """The functions of the file, by name."""
        return self._known_functions

    def with_functions(self, known: Mapping[str, MappingFunction]) -> Self:
        """Return the same mapping with the functions of its file."""
        made = self.model_copy()
        made._known_functions = known
        return made


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of mapping files, for editors and for `docs/mapping.schema.json`."""
    schema = MappingSpec.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "streak-netsuite mapping"} | {
        key: value for key, value in schema.items() if key != "title"
    }
