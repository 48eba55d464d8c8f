"""The desk: reads both sides, asks the assistant, and drafts rules. Nothing is written to either side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from assist.mapping.catalogue import Catalogue, Field
from assist.mapping.memory import Memory
from assist.mapping.suggester import Suggester
from assist.mapping.suggestion import Band, Suggestion
from streak_netsuite.assembly import Product
from streak_netsuite.errors import ConfigurationError, RejectedByVendor
from streak_netsuite.mapping.file_part import EACH
from streak_netsuite.mapping.reads import FunctionPaths, functions_of, paths_of
from streak_netsuite.mapping.rule_schema import FieldRule
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping_desk.draft import Choices, Drafter, RuleDraft
from streak_netsuite.mapping_desk.sources import Sources, sources_of
from streak_netsuite.mapping_desk.target_values import ValueShelf
from streak_netsuite.mapping_desk.targets import Targets, standard_of, targets_of
from streak_netsuite.model.deal import Deal

FieldKey = tuple[str, str]
_SAMPLES = 50


@dataclass(frozen=True, kw_only=True)
class MappingDesk:
    """One mapping, with both sides at hand.

    Attributes:
        product: open for reading.
        shelf: keeps what NetSuite's fields hold; share it between desks of one account.
    """

    product: Product
    shelf: ValueShelf = field(default_factory=ValueShelf)

    @property
    def spec(self) -> MappingSpec:
        """The mapping as it stands."""
        return self.product.spec

    @cached_property
    def deals(self) -> Sequence[Deal]:
        """Some of the deals the mapping is for, the first that Streak lists."""
        source = self.spec.source
        pages = self.product.streak.won_boxes(source.pipeline, source.stages)
        keys = [box.key for box in islice((box for page in pages for box in page), _SAMPLES)]
        return [deal for deal in self.product.streak.gather(keys).values() if isinstance(deal, Deal)]

    @cached_property
    def sources(self) -> Sources:
        """What can be read of the deals."""
        wanted = self.spec.source.pipeline
        for one in self.product.streak.watched():
            if wanted in {one.key, one.name}:
                return sources_of(one, self.deals, party_fields=self.product.streak.party_fields(one))
        raise ConfigurationError(
            f"the mapping is for pipeline '{wanted}', and the Streak connection does not watch it; "
            "see streak-netsuite doctor"
        )

    @cached_property
    def targets(self) -> Targets:
        """What can be filled in NetSuite."""
        netsuite = self.product.netsuite
        bare = targets_of(netsuite.custom_fields(), standard_of(netsuite.standard_fields))
        return bare.with_values(self.shelf.get(self.product, bare.selects))

    def mapped(self) -> list[tuple[FieldKey, FieldKey]]:
        """Return which source fields go to which targets by the mapping as it stands."""
        filled = dict(self._filled())
        found = []
        for key, path in self.targets.paths.items():
            for read in filled.get(path, ()):
                source = self.sources.key_of(read)
                if source is not None:
                    found.append((source, key))
        return found

    def unfilled(self) -> Catalogue:
        """Return the targets that the mapping does not fill."""
        filled = {path for path, _ in self._filled()}
        left = [one for one in self.targets.catalogue if self.targets.paths[one.key] not in filled]
        return Catalogue(system="NetSuite", fields=left)

    def suggest(self, *, memory: Memory | None = None, again: bool = False) -> list[Suggestion]:
        """Return suggestions for the source fields that the mapping does not read yet.

        Args:
            again: for all fields and targets, as if nothing was mapped.
        """
        suggester = Suggester()
        if again:
            return suggester.suggest(self.sources.catalogue, self.targets.catalogue, memory=memory)
        read = {source for source, _ in self.mapped()}
        written = {
            *self.spec.write_back.fields,
            *self.spec.status.fields,
        }  # reading these would go in a circle
        left = [
            one
            for one in self.sources.catalogue
            if one.key not in read and not (one.record == "box" and one.id in written)
        ]
        return suggester.suggest(Catalogue(system="Streak", fields=left), self.unfilled(), memory=memory)

    def drafts(self, suggestions: Sequence[Suggestion], *, at_least: Band = Band.SUGGEST) -> list[RuleDraft]:
        """Return the rules that would be written for suggestions of a band or a better one."""
        bands = {Band.SUGGEST} if at_least is Band.SUGGEST else {Band.SUGGEST, Band.REVIEW}
        drafter = Drafter(spec=self.spec)
        made = []
        for one in suggestions:
            if one.chosen is not None and one.band in bands:
                target = one.chosen.target
                made.append(
                    drafter.draft(
                        one.source,
                        one.chosen,
                        path=self.sources.paths[one.source.key],
                        target=self.targets.paths[target.key],
                        kind=self.targets.types.get(target.key),
                        choices=self.choices(target) if self.targets.is_select(target) else None,
                        band=one.band,
                    )
                )
        return made

    def choices(self, target: Field) -> Choices:
        """Return what NetSuite offers for a select field; nothing when it does not say."""
        named = self.targets.named[target.key]
        record, sublist, name = named.record_type, named.sublist, named.name
        try:
            ids = self.product.netsuite.choices(record, name, sublist=sublist)
        except RejectedByVendor:
            return Choices()
        return Choices(ids=ids, field=".".join(part for part in (record, sublist, name) if part))

    def _filled(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the targets that the mapping fills, each with the paths it reads."""
        spec = self.spec
        functions = functions_of(spec)
        yield from _rules("customer.fields", spec.customer.fields, functions)
        for number, address in enumerate(spec.customer.addresses):
            yield f"customer.addresses[{number}]", _paths(address, functions)
        yield from _rules("sales_order.fields", spec.sales_order.fields, functions)
        yield from _rules("sales_order.lines[0]", spec.sales_order.lines[0], functions)
        for section, part in (
            ("customer", spec.customer),
            ("sales_order", spec.sales_order),
            ("sales_order.lines[0]", spec.sales_order.lines[0]),
        ):
            for kind, rules in (("custom_fields", part.custom_fields), ("more_fields", part.more_fields)):
                for name, rule in rules.items():
                    yield f"{section}.{kind}.{name}", _paths(rule, functions)


def _rules(section: str, part: object, functions: FunctionPaths) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name in type(part).model_fields:  # type: ignore[attr-defined]  # every part of a spec is a pydantic model
        rule = getattr(part, name)
        if isinstance(rule, FieldRule):
            yield f"{section}.{name.rstrip('_')}", _paths(rule, functions)


def _paths(rule: FieldRule, functions: FunctionPaths) -> tuple[str, ...]:
    return tuple(path for path in paths_of(rule, functions) if path.partition(".")[0] != EACH)
