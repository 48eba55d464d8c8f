"""The desk: reads both sides, asks the assistant, and drafts rules. Nothing is written to either side."""

from collections.abc import Container, Iterable, Iterator, Sequence
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
from streak_netsuite.mapping_desk.address_parts import AddressParts
from streak_netsuite.mapping_desk.draft import Choices, Drafter, RuleDraft
from streak_netsuite.mapping_desk.further_lines import (
    FilledLines,
    FurtherLines,
    whole_lines,
)
from streak_netsuite.mapping_desk.known_lookups import KnownLookups
from streak_netsuite.mapping_desk.sources import Sources, sources_of
from streak_netsuite.mapping_desk.target_values import ValueShelf
from streak_netsuite.mapping_desk.targets import Targets, in_line, line_of, standard_of, targets_of
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
        keys = {path: key for key, path in self.targets.paths.items()}
        return [
            (source, keys[in_line(path, 0)])
            for path, read in self._filled()
            if in_line(path, 0) in keys
            for source in self._keys_of(read)
        ]

    def filled_lines(self) -> FilledLines:
        """Return what each line rule of the mapping fills, and from what."""
        return self.filled_by(self._filled(), len(self.spec.sales_order.lines))

    def filled_by(self, rules: Iterable[tuple[str, Sequence[str]]], count: int) -> FilledLines:
        """Return what each of some line rules fills, and from what.

        Args:
            rules: targets of a mapping, each with the paths that it reads.
        """
        keys = {path: key for key, path in self.targets.paths.items()}
        found: list[dict[FieldKey, Sequence[FieldKey]]] = [{} for _ in range(count)]
        for target, read in rules:
            line, key = line_of(target), keys.get(in_line(target, 0))
            if line is not None and key is not None:
                found[line][key] = self._keys_of(read)
        return found

    def _keys_of(self, read: Sequence[str]) -> Sequence[FieldKey]:
        return [key for path in read if (key := self.sources.key_of(path)) is not None]

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
            return self.suggest_for(
                suggester, self.sources.catalogue.fields, self.targets.catalogue, lines=[{}], memory=memory
            )
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
        return self.suggest_for(suggester, left, self.unfilled(), lines=self.filled_lines(), memory=memory)

    def suggest_for(
        self,
        suggester: Suggester,
        left: Sequence[Field],
        unfilled: Catalogue,
        *,
        lines: FilledLines,
        memory: Memory | None = None,
    ) -> list[Suggestion]:
        """Return suggestions for some source fields: for order lines and addresses of their own, and for what else is not filled.

        Args:
            left: the fields that are not read yet.
            lines: what stands in the mapping.
        """
        further = FurtherLines(
            suggester=suggester,
            sources=self.sources.catalogue,
            targets=self.targets.catalogue,
            lines=lines,
            open=frozenset(one.key for one in left),
            memory=memory or Memory(),
        ).suggestions()
        rest = _without(left, {one.source.key for one in further})
        addresses = AddressParts(
            suggester=suggester, sources=rest, targets=unfilled, memory=memory or Memory()
        ).suggestions()
        rest = _without(rest, {part.key for one in addresses for part in one.parts})
        given = {one.chosen.target.key for one in addresses if one.chosen is not None}
        open_ = Catalogue(system=unfilled.system, fields=[one for one in unfilled if one.key not in given])
        return [*suggester.suggest(rest, open_, memory=memory), *addresses, *further]

    def drafts(
        self,
        suggestions: Sequence[Suggestion],
        *,
        at_least: Band = Band.SUGGEST,
        onto: MappingSpec | None = None,
    ) -> list[RuleDraft]:
        """Return the rules that would be written for suggestions of a band or a better one.

        Args:
            onto: the mapping that they are put into, whose lookups count; this one when not given.
        """
        bands = {Band.SUGGEST} if at_least is Band.SUGGEST else {Band.SUGGEST, Band.REVIEW}
        drafter = Drafter(known=KnownLookups.of(onto or self.spec))
        made: list[tuple[int, RuleDraft]] = []
        for one in suggestions:
            if one.chosen is not None and one.band in bands:
                target = one.chosen.target
                draft = drafter.draft(
                    one.source,
                    one.chosen,
                    path=self.sources.paths[one.source.key],
                    parts=[self.sources.paths[part.key] for part in one.parts],
                    target=self.targets.path(target, line=one.line),
                    kind=self.targets.types.get(target.key),
                    choices=self.choices(target) if self.targets.is_select(target) else None,
                    band=one.band,
                )
                drafter = drafter.after(draft)
                made.append((one.line, draft))
        return whole_lines(made, existing=len((onto or self.spec).sales_order.lines))

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
        lines = [(f"sales_order.lines[{number}]", line) for number, line in enumerate(spec.sales_order.lines)]
        for section, line in lines:
            yield from _rules(section, line, functions)
        by_name = [
            ("customer", spec.customer.custom_fields, spec.customer.more_fields),
            ("sales_order", spec.sales_order.custom_fields, spec.sales_order.more_fields),
            *((section, line.custom_fields, line.more_fields) for section, line in lines),
        ]
        for section, custom, more in by_name:
            for kind, rules in (("custom_fields", custom), ("more_fields", more)):
                for name, rule in rules.items():
                    yield f"{section}.{kind}.{name}", _paths(rule, functions)


def _without(fields: Iterable[Field], taken: Container[FieldKey]) -> Catalogue:
    return Catalogue(system="Streak", fields=[one for one in fields if one.key not in taken])


def _rules(section: str, part: object, functions: FunctionPaths) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name in type(part).model_fields:  # type: ignore[attr-defined]  # every part of a spec is a pydantic model
        rule = getattr(part, name)
        if isinstance(rule, FieldRule):
            yield f"{section}.{name.rstrip('_')}", _paths(rule, functions)


def _paths(rule: FieldRule, functions: FunctionPaths) -> tuple[str, ...]:
    return tuple(path for path in paths_of(rule, functions) if path.partition(".")[0] != EACH)
