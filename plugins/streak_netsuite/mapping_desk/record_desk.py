"""The desk of a record type: both sides of its records, suggestions, and drafts of its rules. Nothing is written to either side."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from assist.mapping.catalogue import Catalogue, Field
from assist.mapping.memory import Memory
from assist.mapping.suggester import Suggester
from assist.mapping.suggestion import Band, Suggestion
from streak_netsuite.assembly import Product
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.streak.catalogue import Catalogue as PipelineFields
from streak_netsuite.errors import ConfigurationError, MappingError, RecordError, RejectedByVendor
from streak_netsuite.mapping.reads import paths_of
from streak_netsuite.mapping.record_schema import CUSTOM, NetSuiteSource, RecordTypeSpec
from streak_netsuite.mapping.record_type import CUSTOM_RECORD, RULES, RecordType
from streak_netsuite.mapping.standard_fields import StandardPlace, record_field_fault
from streak_netsuite.mapping_desk.draft import Choices, Drafter, RuleDraft
from streak_netsuite.mapping_desk.known_lookups import KnownLookups
from streak_netsuite.mapping_desk.sources import Sources, sources_of_views
from streak_netsuite.mapping_desk.target_values import ValueShelf
from streak_netsuite.mapping_desk.targets import TargetPlace, Targets, targets_of_record
from streak_netsuite.sync.record_side import SourceRecord

_SAMPLES = 50
_PAGES = 5
_ENTITIES = frozenset({"contact", "customer", "vendor", "employee", "partner", "job"})
# What NetSuite refuses a record without, beside what an account's form adds: SuiteTalk schema browser, read 2026-11.
_REQUIRED: Mapping[str, frozenset[str]] = {
    "contact": frozenset({"entityId"}),
    "customer": frozenset({"companyName"}),
}
FieldKey = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class RecordDesk:
    """One record type, with both sides at hand.

    Attributes:
        product: open for reading.
        spec: the record type as it stands; its records go from Streak to NetSuite.
        shelf: keeps what NetSuite's fields hold; share it between desks of one record type.
    """

    product: Product
    spec: RecordTypeSpec
    shelf: ValueShelf = field(default_factory=ValueShelf)

    def __post_init__(self) -> None:
        if isinstance(self.spec.source, NetSuiteSource):
            raise ConfigurationError(
                f"record type '{self.spec.name}' goes from NetSuite to Streak; the board is for what goes to NetSuite. "
                "Change its expressions in the file"
            )

    @cached_property
    def records(self) -> Sequence[SourceRecord]:
        """Some of the records that the record type is for, the first that Streak lists."""
        pages = islice(self.product.record_source(self.spec).changed(None), _PAGES)
        return list(islice((one for page in pages for one in page if self._is_meant(one)), _SAMPLES))

    def _is_meant(self, record: SourceRecord) -> bool:
        try:
            return RecordType(spec=self.spec, zone=self.product.settings.netsuite.account_zone).is_meant(
                record.view
            )
        except MappingError:
            return True  # the preview tells it

    @cached_property
    def sources(self) -> Sources:
        """What can be read of the records."""
        views = [one.view for one in self.records]
        streak = self.product.streak
        pipeline = self._pipeline
        beside = pipeline or next(iter(streak.watched()), None)
        party_fields = streak.party_fields(beside) if beside is not None else {}
        return sources_of_views(pipeline, views, party_fields=party_fields)

    @cached_property
    def _pipeline(self) -> PipelineFields | None:
        """The pipeline that the boxes are of; None for contacts."""
        source = self.spec.source
        if isinstance(source, NetSuiteSource) or not source.pipeline:
            return None
        try:
            return self.product.streak.catalogue_of(source.pipeline)
        except RecordError as error:
            raise ConfigurationError(
                f"record type '{self.spec.name}' reads a pipeline that is not there: {error}"
            ) from error

    @cached_property
    def targets(self) -> Targets:
        """What can be filled in NetSuite."""
        netsuite = self.product.netsuite
        types = netsuite.standard_fields(CUSTOM_RECORD if self._is_custom else self._type)
        bare = targets_of_record(
            self._place,
            netsuite.custom_fields(),
            {name: type_ for name, type_ in types.items() if not record_field_fault(self._type, name)},
            required=_REQUIRED.get(self._type, frozenset()),
            at=self.place_of,
        )
        return bare.with_values(self.shelf.get(self.product, bare.selects))

    def place_of(self, name: str) -> str:
        """Return where the file fills a field: in a rule, or in an expression that the board leaves alone."""
        if name not in self.spec.fixed_fields:
            return f"{RULES}.{name}"
        return f"target.{'custom_fields' if name.startswith('cust') else 'fields'}.{name}"

    @property
    def fixed(self) -> frozenset[str]:
        """The targets that expressions of the file fill."""
        return frozenset(self.place_of(name) for name in self.spec.fixed_fields)

    @property
    def _type(self) -> str:
        return self.spec.target_type

    @property
    def _is_custom(self) -> bool:
        return self._type.startswith(CUSTOM)

    @cached_property
    def _place(self) -> TargetPlace:
        place, applies = _place_and_applies(self._type)
        type_id = self.product.netsuite.records(self._type).type_id
        return TargetPlace(
            place=place,
            applies=applies,
            record=self._type if self._is_custom else self._type.lower(),
            standard=StandardPlace(
                section="target", fields=RULES, record_type=self._type, own={}, closed=frozenset()
            ),
            custom_type=RecordRef(type="customRecordType", internal_id=type_id, script_id=self._type)
            if type_id
            else None,
        )

    def mapped(self) -> list[tuple[FieldKey, FieldKey]]:
        """Return which source fields go to which targets by the rules as they stand."""
        keys = {path: key for key, path in self.targets.paths.items()}
        return [
            (source, keys[target])
            for name, rule in self.spec.rules.items()
            if (target := self.place_of(name)) in keys
            for path in paths_of(rule, {})
            if (source := self.sources.key_of(path)) is not None
        ]

    def unfilled(self) -> Catalogue:
        """Return the targets that neither rules nor expressions fill."""
        filled = {self.place_of(name) for name in self.spec.target_fields()}
        left = [one for one in self.targets.catalogue if self.targets.paths[one.key] not in filled]
        return Catalogue(system="NetSuite", fields=left)

    def suggest(self, *, memory: Memory | None = None, again: bool = False) -> list[Suggestion]:
        """Return suggestions for the source fields that no rule reads yet.

        Args:
            again: for all fields and targets, as if nothing was mapped.
        """
        if again:
            return self.suggest_for(
                Suggester(), self.sources.catalogue.fields, self.targets.catalogue, memory=memory
            )
        read = {source for source, _ in self.mapped()}
        left = [one for one in self.sources.catalogue if one.key not in read]
        return self.suggest_for(Suggester(), left, self.unfilled(), memory=memory)

    def suggest_for(
        self,
        suggester: Suggester,
        left: Sequence[Field],
        unfilled: Catalogue,
        *,
        lines: object = (),  # noqa: ARG002 - a record of a declared type has none that a rule fills
        memory: Memory | None = None,
    ) -> list[Suggestion]:
        """Return suggestions for some source fields.

        The record's own fields are given their targets first: a contact's phone number is its own, and its organization's only when
        it has none. What an expression of the file fills is compared with, and not suggested.
        """
        memory = memory or Memory()
        targets = self._with_fixed(unfilled)
        own = [one for one in left if one.record == self._own_record]
        first = suggester.suggest(Catalogue(system="Streak", fields=own), targets, memory=memory)
        given = {one.chosen.target.key for one in first if one.chosen is not None}
        rest = Catalogue(system=targets.system, fields=[one for one in targets if one.key not in given])
        others = [one for one in left if one.record != self._own_record]
        second = suggester.suggest(Catalogue(system="Streak", fields=others), rest, memory=memory)
        return [one for one in (*first, *second) if not self._is_for_fixed(one)]

    @property
    def _own_record(self) -> str:
        return "box" if self._pipeline is not None else "contact"

    def _with_fixed(self, unfilled: Catalogue) -> Catalogue:
        known = {one.key for one in unfilled}
        fixed = [one for one in self.targets.catalogue if self._is_fixed(one) and one.key not in known]
        return Catalogue(system=unfilled.system, fields=[*unfilled, *fixed])

    def _is_fixed(self, target: Field) -> bool:
        return self.targets.paths[target.key] in self.fixed

    def _is_for_fixed(self, one: Suggestion) -> bool:
        return one.chosen is not None and self._is_fixed(one.chosen.target)

    def filled_by(self, rules: Iterable[object], count: int) -> Sequence[object]:  # noqa: ARG002 - as `suggest_for`
        """Return what lines are filled: none."""
        return ()

    def drafts(self, suggestions: Sequence[Suggestion], *, at_least: Band = Band.SUGGEST) -> list[RuleDraft]:
        """Return the rules that would be written for suggestions of a band or a better one."""
        bands = {Band.SUGGEST} if at_least is Band.SUGGEST else {Band.SUGGEST, Band.REVIEW}
        return list(self._drafts(one for one in suggestions if one.band in bands))

    def _drafts(self, suggestions: Iterable[Suggestion]) -> Iterator[RuleDraft]:
        drafter = Drafter(known=KnownLookups.of_records(self.spec))
        for one in suggestions:
            if one.chosen is None:
                continue
            target = one.chosen.target
            draft = drafter.draft(
                one.source,
                one.chosen,
                path=self.sources.paths[one.source.key],
                target=self.targets.paths[target.key],
                kind=self.targets.types.get(target.key),
                choices=self.choices(target) if self.targets.is_select(target) else None,
                band=one.band,
            )
            drafter = drafter.after(draft)
            yield draft

    def choices(self, target: Field) -> Choices:
        """Return what NetSuite offers for a select field; nothing when it does not say.

        A record type has tables of its own and asks nobody by name, so that the list is never one that can be asked.
        """
        try:
            return Choices(ids=self.product.netsuite.entries(self.targets.named[target.key]))
        except RejectedByVendor:
            return Choices()


def _place_and_applies(record_type: str) -> tuple[str, str]:
    """Return where custom fields of a record type stand, as FieldCatalogue names it, and how their definitions say so.

    Where we do not know how they say it ("") every field of the place is offered.
    """
    if record_type.startswith(CUSTOM):
        return "custom record", ""
    if record_type in _ENTITIES:
        return "entity", record_type[:1].upper() + record_type[1:]
    if record_type.endswith("Item"):
        return "item", ""
    return "transaction", _BODIES.get(record_type, "")


# How the definition of a body field names the transactions that it stands on (CustomizationRefs of the schema).
_BODIES: Mapping[str, str] = dict.fromkeys(
    "salesOrder estimate invoice cashSale creditMemo returnAuthorization".split(), "bodySale"
) | {
    "opportunity": "bodyOpportunity",
    "purchaseOrder": "bodyPurchase",
    "itemFulfillment": "bodyItemFulfillment",
    "customerPayment": "bodyCustomerPayment",
}
