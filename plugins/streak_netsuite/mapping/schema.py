"""What a mapping file may say. The docstrings and descriptions here, and of its sections, are its reference."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    GetJsonSchemaHandler,
    PrivateAttr,
    model_validator,
)
from pydantic_core import CoreSchema

from streak_netsuite.mapping.file_part import AskedList, FilePart, IdText, MappingFunction
from streak_netsuite.mapping.flow_sections import (
    ApprovalSection,
    ChangesSection,
    InvoiceSection,
    ItemsSection,
    ReconcileSection,
    StatusSection,
    WriteBackSection,
)
from streak_netsuite.mapping.record_sections import CustomerSection, SalesOrderSection
from streak_netsuite.model.identity import fold
from streak_netsuite.model.reference import Reference


class LookupEntry(FilePart):
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


class LookupSource(FilePart):
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


class MatchPolicy(FilePart):
    """How an existing customer is recognised. An earlier link, and a customer that carries our key, always count."""

    rules: tuple[MatchRule, ...] = (MatchRule.EMAIL, MatchRule.NAME)
    """What is compared besides. `name` means equal but for case, accents, punctuation and legal form; a namesake in another city
    and under another e-mail domain is for a person to see."""

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


class SourceSection(FilePart):
    """Which deals are meant."""

    pipeline: str = Field(min_length=1)
    """The pipeline's name in Streak."""

    stages: tuple[str, ...] = Field(min_length=1)
    """The stages in which a deal becomes an order."""

    won_since: date | None = None
    """Deals that came to the stage before this day make no order, whatever is edited on them later. The day is
    that of the NetSuite account's zone. Set it to the day you go live; older deals are a backfill's business."""

    lost_stages: tuple[str, ...] = ()
    """The stages that say that a deal is lost."""

    when_lost: Literal["hold", "ignore", "close", "cancel"] = "hold"
    """What is done when a deal is lost that has a sales order. `hold`: show a person both. `ignore`: nothing. `close`: close
    the lines of the order of which nothing more is to be shipped or billed then. `cancel`: cancel an order that is not
    approved yet, and close any other."""

    when_won_again: Literal["hold", "reopen"] = "hold"
    """What is done when such a deal is won again: show a person both, or open the lines again that were closed for it."""

    when_deleted: Literal["hold", "ignore"] = "hold"
    """What is done when a deal is deleted in Streak that has a sales order: show a person both, or nothing."""


class MappingSpec(FilePart):
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

    @model_validator(mode="after")
    def _limits_by_record(self) -> Self:
        rule = self.sales_order.fields.currency
        source = self.lookups.get(rule.lookup) if rule is not None and rule.lookup else None
        if source is not None and source.table is not None:
            self.approval.know_currencies(
                {
                    name: Reference(internal_id=entry.id, external_id=entry.external_id)
                    for name, entry in source.table.items()
                }
            )
        return self

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
