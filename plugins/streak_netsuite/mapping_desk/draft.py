"""A draft of a rule: what would be written into the mapping for one suggestion, lookup table included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assist.mapping.catalogue import Field
from assist.mapping.suggestion import Band, Candidate
from assist.mapping.values import ValueSuggestion, suggest_values
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.expression_text import path_expression
from streak_netsuite.mapping_desk.known_lookups import KnownLookups
from streak_netsuite.model.custom_field import CustomFieldType

_MANY = 500  # list values above which a table is nobody's work: NetSuite is asked by name


@dataclass(frozen=True, kw_only=True)
class RuleDraft:
    """A rule that a person may take over.

    Attributes:
        target: where it goes ("sales_order.fields.terms").
        table: a lookup table it needs: ids by what Streak says, of entries that are sure; None when it needs none.
        table_name: of the lookup.
        asked: the field whose list NetSuite is asked for by name, in place of a table; "" for a table.
        open: what has to be done by hand before it holds; entries that are not sure are named here with their ids.
        because: what the assistant says for it.
    """

    source: Field
    target: str
    rule: Mapping[str, Any]
    band: Band
    probability: float
    because: tuple[str, ...] = ()
    table_name: str = ""
    table: Mapping[str, str] | None = None
    asked: str = ""
    open: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether the rule would hold as it is."""
        return self.table is None or bool(self.table) or bool(self.asked)

    @property
    def lookup(self) -> Mapping[str, Any] | None:
        """What has to stand in `lookups` for the rule; None when it needs nothing that is not there."""
        if self.asked:
            return {"netsuite": self.asked}
        return {"table": dict(self.table)} if self.table else None

    def put_into(self, file: MappingFile) -> bool:
        """Put the rule and its table into a mapping file; tell whether it was.

        One that is not ready is left out, and one whose table would take the place of another.
        """
        if not self.is_ready:
            return False
        if self.lookup:
            held = file.rule(f"lookups.{self.table_name}")
            if held is not None and held != self.lookup:
                return False
            file.set_rule(f"lookups.{self.table_name}", self.lookup)
        told = "; ".join((f"suggested, {self.probability:.2f}", *self.open))
        file.set_rule(self.target, self.rule, comment=told)
        return True


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What NetSuite offers for a select field.

    Attributes:
        ids: internal ids by name.
        field: which one, as a lookup names it ("salesOrder.terms"); "" when it cannot be asked live.
    """

    ids: Mapping[str, str] = field(default_factory=dict)
    field: str = ""


@dataclass(frozen=True, kw_only=True)
class _Values:
    """Where the values of a select are looked up; `table`, `asked` and `open` as of a RuleDraft."""

    lookup: str = ""
    table: Mapping[str, str] | None = None
    asked: str = ""
    open: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Drafter:
    """Makes drafts. Reads nothing by itself.

    Attributes:
        known: the lookups that the mapping has already.
    """

    known: KnownLookups

    def after(self, draft: RuleDraft) -> "Drafter":
        """Return one that goes on after a draft: no later draft gives its lookup another meaning."""
        return (
            Drafter(known=self.known.with_draft(draft.table_name, draft.lookup)) if draft.table_name else self
        )

    def draft(
        self,
        source: Field,
        candidate: Candidate,
        *,
        path: str,
        target: str,
        kind: CustomFieldType | None,
        choices: Choices | None,
        band: Band,
        parts: Sequence[str] = (),
    ) -> RuleDraft:
        """Return the draft for one candidate.

        Args:
            path: how a mapping reads the source.
            parts: how it reads the parts of an address that stands in several fields, the street first.
            target: where the rule goes.
            kind: of a custom field; None for a standard one.
            choices: what NetSuite offers when the target is a select; None otherwise.
        """
        rule: dict[str, Any] = {} if kind is None else {"type": kind.value}
        rule |= together(parts) if parts else {"from": path}
        because = (*(one.seen for one in candidate.reasons), *candidate.warnings)
        values = _Values()
        if choices is not None:
            about = f"{candidate.target.title} {candidate.target.id}"
            values = self._values(source, target, choices, about=about)
            rule["lookup"] = values.lookup
        return RuleDraft(
            source=source,
            target=target,
            rule=rule,
            band=band,
            probability=candidate.probability,
            because=because,
            table_name=values.lookup,
            table=values.table,
            asked=values.asked,
            open=tuple(values.open),
        )

    def _values(self, source: Field, target: str, choices: Choices, *, about: str) -> "_Values":
        """Return where the values of a select are looked up: in a lookup of the mapping that is for its list, or in a new one."""
        if name := self.known.find(target, field=choices.field):
            return _Values(lookup=name)
        words = source.options or tuple(dict.fromkeys(source.samples))
        if choices.field and choices.ids and (not words or len(choices.ids) > _MANY):
            name = self.known.name_for(target, {"netsuite": choices.field})
            return _Values(lookup=name, table={}, asked=choices.field)
        if not words or not choices.ids:
            name = self.known.name_for(target, {})
            told = f"write lookup '{name}' by hand: NetSuite's list or Streak's options cannot be read"
            return _Values(lookup=name, table={}, open=[told])
        found = suggest_values(words, list(choices.ids), about=about)
        table = _sure_entries(found, choices.ids)
        left = _left_open(found, choices.ids)
        if name := self.known.find_same(target, table):
            return _Values(lookup=name, open=left)
        return _Values(lookup=self.known.name_for(target, {"table": table}), table=table, open=left)


def together(parts: Sequence[str]) -> Mapping[str, str]:
    """Return the rule for an address that stands in several fields: written in one line, where the first of them is filled."""
    street = path_expression(parts[0])
    line = ", ".join(f"{{{{ {path_expression(part)} | default('') }}}}" for part in parts)
    return {"when": f"{{{{ ({street} | default('', true)) != '' }}}}", "expression": line}


def _sure_entries(found: Sequence[ValueSuggestion], ids: Mapping[str, str]) -> Mapping[str, str]:
    """Return the table of what may be taken over as it is.

    An entry that a person has to look at is left out: what a table does not have holds its deals, while a wrong id
    among right ones is seen by nobody and is written.
    """
    return {one.source: ids[one.target] for one in found if one.target and one.band is Band.SUGGEST}


def _left_open(found: Sequence[ValueSuggestion], ids: Mapping[str, str]) -> list[str]:
    """Return what is left to do by hand, each value with the entry and id that it may be."""
    told = [
        f"look at '{one.source}': perhaps '{one.target}' (id {ids[one.target]}, {one.likelihood:.2f})"
        for one in found
        if one.target and one.band is not Band.SUGGEST
    ]
    left = [repr(one.source) for one in found if not one.target]
    return [*told, f"no entry for {', '.join(left)}"] if left else told
