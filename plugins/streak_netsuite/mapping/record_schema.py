"""What a record type's file may say. The docstrings and descriptions here are its reference."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from streak_netsuite.mapping.expression import Expression
from streak_netsuite.mapping.file_part import SCRIPT_ID, IdText
from streak_netsuite.mapping.rule_schema import CustomFieldRule, FieldRule
from streak_netsuite.mapping.schema import LookupEntry, LookupSource
from streak_netsuite.mapping.source import LISTS, ROOTS
from streak_netsuite.mapping.standard_fields import record_field_fault
from streak_netsuite.model.custom_field import CustomFieldType

CUSTOM = "customrecord"
_LOOKUPS = "lookups"
_BOX_NAMES: Mapping[str, tuple[str, ...]] = {
    **{root: () if root in LISTS else names for root, names in ROOTS.items()},
    _LOOKUPS: (),
}
_PARTIES = ("contact", "organization", "organizations")
_CONTACT_NAMES: Mapping[str, tuple[str, ...]] = {
    **{root: _BOX_NAMES[root] for root in _PARTIES},
    "customer": ("internal_id",),
    _LOOKUPS: (),
}
_RECORD_NAMES: Mapping[str, tuple[str, ...]] = {"record": (), _LOOKUPS: ()}
Location = tuple[str | int, ...]
Text = str
"""An expression, or a plain text."""


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, use_attribute_docstrings=True
    )


class StreakSource(_Part):
    """Boxes of a pipeline, or contacts."""

    system: Literal["streak"]
    """Where the records come from."""

    records: Literal["boxes", "contacts"] = "boxes"
    """What is read: the boxes of a pipeline, or the contacts of the teams whose pipelines the connection watches."""

    pipeline: str = ""
    """The pipeline of the boxes, by name."""

    stages: tuple[str, ...] = ()
    """Only boxes in these stages, by name; all when empty."""

    since: date | None = None
    """Boxes and contacts that were not changed since this day of the NetSuite account's zone are left alone."""

    when: Text = ""
    """An expression; a box or contact for which it gives no, false, 0 or nothing is left alone."""

    @model_validator(mode="after")
    def _boxes_of_a_pipeline(self) -> Self:
        if self.records == "boxes" and not self.pipeline:
            raise ValueError("boxes are those of a pipeline; name it: `pipeline: Install sites`")
        if self.records == "contacts" and (self.pipeline or self.stages):
            raise ValueError("contacts belong to no pipeline and no stage; take `pipeline` and `stages` out")
        return self


class NetSuiteSource(_Part):
    """Records of a NetSuite type."""

    system: Literal["netsuite"]
    """Where the records come from."""

    type: str = Field(pattern=r"^[a-z][A-Za-z0-9_]*$")
    """The record type as SuiteTalk names it (`customerPayment`), or a custom one's script id
    (`customrecord_install_site`)."""

    since: date | None = None
    """Records that were not changed since this day of the NetSuite account's zone are left alone."""

    when: Text = ""
    """An expression over `record`; a record for which it gives no, false, 0 or nothing is left alone."""


class StreakTarget(_Part):
    """Boxes of a pipeline: one for each record."""

    system: Literal["streak"]
    """Where the records go."""

    pipeline: str
    """The pipeline, by name."""

    name: Text
    """The box's name. Give each record another one, such as by its number: after a lost answer the box is found by it."""

    stage: Text = ""
    """The stage, by name; left as it is when empty."""

    fields: dict[str, Text] = Field(default_factory=dict)
    """Box fields by name. What gives nothing clears its field."""


class CustomValue(_Part):
    """A custom field's value. NetSuite refuses a value of another type."""

    type: CustomFieldType
    """The field's type in NetSuite."""

    value: Text
    """The value; of a select the internal id, of a multiple select a list of them."""


class NetSuiteTarget(_Part):
    """Records of a NetSuite type, written under an external id of ours: a repeat changes the same record."""

    system: Literal["netsuite"]
    """Where the records go."""

    type: str = Field(pattern=r"^[a-z][A-Za-z0-9_]*$")
    """The record type as SuiteTalk names it, or a custom one's script id."""

    external_id: Text = ""
    """The external id, where records have one already. Left out, it is made of the record type and the source's key."""

    fields: dict[str, Any] = Field(default_factory=dict)
    """Standard fields by SuiteTalk's names; a reference is `{internalId: ...}`. What gives nothing is left as it is."""

    custom_fields: dict[str, CustomValue] = Field(default_factory=dict)
    """Custom fields by script id."""

    rules: dict[str, CustomFieldRule] = Field(default_factory=dict)
    """Fields by SuiteTalk's name or script id, each filled by a rule as in a mapping: `{type: text, from: contact.email}`. This is what
    the mapping board reads and writes. Of records of Streak only."""


class RecordPolicy(_Part):
    """What may be written."""

    update: Literal["always", "never"] = "always"
    """Whether a record that was written before follows its source, or is left alone."""

    create_only: tuple[str, ...] = ()
    """Fields that are written with a new record and belong to the target from then on."""

    empty: Literal["leave", "clear"] = "leave"
    """What NetSuite fields without a value become. (Box fields are always cleared.)"""


def _plain_tables(lookups: Any) -> Any:
    """Return tables as they are written here; a mapping writes `{table: {...}}` around each."""
    if not isinstance(lookups, Mapping):
        return lookups
    return {
        name: one["table"]
        if isinstance(one, Mapping) and set(one) == {"table"} and isinstance(one["table"], Mapping)
        else one
        for name, one in lookups.items()
    }


class RecordTypeSpec(_Part):
    """One kind of record that goes from one system to the other."""

    version: Literal[1]
    """The version of this format."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """The record type's name. Its DAG is `record_<name>`. Another name is another record type: everything is written anew."""

    description: str = ""
    """What it is for."""

    schedule: str | None = "*/10 * * * *"
    """When changes are looked for, as a cron expression in UTC; empty for by hand only."""

    source: Annotated[StreakSource | NetSuiteSource, Field(discriminator="system")]
    """Where the records come from."""

    target: Annotated[StreakTarget | NetSuiteTarget, Field(discriminator="system")]
    """Where they go."""

    policy: RecordPolicy = RecordPolicy()
    """What may be written."""

    lookups: Annotated[dict[str, dict[str, IdText]], BeforeValidator(_plain_tables)] = Field(
        default_factory=dict
    )
    """Tables that expressions and rules read values from: `{{ lookups.tier[box.fields.Tier] }}`, `lookup: tier`. `{table: {...}}` is the same."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.source.system == self.target.system:
            raise ValueError(
                f"source and target are both {self.source.system}; one of them is the other system"
            )
        unknown = set(self.policy.create_only) - set(self.target_fields())
        if unknown:
            raise ValueError(f"policy.create_only: target has no field {', '.join(sorted(unknown))}")
        return self

    @property
    def rules(self) -> Mapping[str, CustomFieldRule]:
        """The rules, by the field that each fills."""
        return self.target.rules if isinstance(self.target, NetSuiteTarget) else {}

    @property
    def target_type(self) -> str:
        """The type of the records in NetSuite that are written; "" when boxes are."""
        return self.target.type if isinstance(self.target, NetSuiteTarget) else ""

    @property
    def fixed_fields(self) -> frozenset[str]:
        """The fields of NetSuite that expressions fill, and no rules."""
        target = self.target
        return frozenset(
            {*target.fields, *target.custom_fields} if isinstance(target, NetSuiteTarget) else ()
        )

    @property
    def tables(self) -> Mapping[str, LookupSource]:
        """The tables as rules look values up in them."""
        return {
            name: LookupSource(table={word: LookupEntry(id=id_) for word, id_ in table.items()})
            for name, table in self.lookups.items()
        }

    @property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """The names that expressions may use, and what each of them has; none for whatever the record has."""
        if isinstance(self.source, NetSuiteSource):
            return _RECORD_NAMES
        return _CONTACT_NAMES if self.source.records == "contacts" else _BOX_NAMES

    def texts(self) -> Iterator[tuple[Location, str]]:
        """Yield every expression with its place."""
        yield ("source", "when"), self.source.when
        target = self.target
        if isinstance(target, StreakTarget):
            yield ("target", "name"), target.name
            yield ("target", "stage"), target.stage
            yield from ((("target", "fields", name), text) for name, text in target.fields.items())
            return
        yield ("target", "external_id"), target.external_id
        yield from _leaves(target.fields, ("target", "fields"))
        for name, one in target.custom_fields.items():
            yield ("target", "custom_fields", name, "value"), one.value

    def target_fields(self) -> tuple[str, ...]:
        """Return the names of the fields that are written."""
        custom = self.target.custom_fields if isinstance(self.target, NetSuiteTarget) else {}
        return (*self.target.fields, *custom, *self.rules)

    def rule_faults(self) -> Iterator[tuple[Location, str]]:
        """Yield what is wrong with rules beyond their form, each with its place."""
        for name, rule in self.rules.items():
            place = ("target", "rules", name)
            yield from ((place, told) for told in self._faults_of(name, rule))

    def _faults_of(self, name: str, rule: CustomFieldRule) -> Iterator[str]:
        if isinstance(self.source, NetSuiteSource):
            yield "rules read records of Streak; write an expression under `fields` instead"
            return
        if name in self.fixed_fields:
            yield "the field is filled by an expression of the file as well; keep one of them"
        if not SCRIPT_ID.match(name) and (told := record_field_fault(self.target_type, name)):
            yield told
        if rule.on is not None or rule.when_empty == "keep" or rule.function is not None:
            yield "`on`, `function` and `when_empty: keep` are for orders; see `policy` of this file"
        known = [root for root in self.names if root in ROOTS]
        for path in _paths_of(rule):
            if path.partition(".")[0].partition("[")[0] not in known:
                yield f"'{path}' cannot be read here; use {', '.join(known)}"


def _paths_of(rule: FieldRule) -> Iterator[str]:
    if rule.from_:
        yield rule.from_
    for text in (rule.expression, rule.when):
        yield from Expression(text).paths if text else ()
    for one in rule.first_of or ():
        yield from _paths_of(one)


def _leaves(value: Any, place: Location) -> Iterator[tuple[Location, str]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _leaves(one, (*place, str(name)))
    elif isinstance(value, list):
        for position, one in enumerate(value):
            yield from _leaves(one, (*place, position))
    elif isinstance(value, str):
        yield place, value


def record_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of record type files, for editors."""
    return RecordTypeSpec.model_json_schema()
