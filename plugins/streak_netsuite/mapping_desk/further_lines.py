"""Suggestions for second and further order lines: fields that are numbered ("Product 2", "Quantity 2")."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assist.mapping.catalogue import Catalogue
from assist.mapping.memory import Decision, Memory
from assist.mapping.numbered import Group, Member, further_groups
from assist.mapping.suggester import Suggester
from assist.mapping.suggestion import Candidate, Reason, Suggestion
from streak_netsuite.mapping_desk.draft import RuleDraft

FieldKey = tuple[str, str]
_LINE = "salesorder.item"
_NEEDED = frozenset({"item", "quantity"})  # what every line has, by the ids of their targets

FilledLines = Sequence[Mapping[FieldKey, Sequence[FieldKey]]]
"""For each line rule of a mapping: the targets that it fills, each with the fields it reads."""


@dataclass(frozen=True, kw_only=True)
class FurtherLines:
    """Finds fields that make lines of their own.

    Attributes:
        sources: all fields of Streak, those too that are mapped.
        targets: all fields of NetSuite.
        lines: what stands in the mapping.
        open: the fields that may be suggested.
    """

    suggester: Suggester
    sources: Catalogue
    targets: Catalogue
    lines: FilledLines
    open: frozenset[FieldKey]
    memory: Memory

    def suggestions(self) -> list[Suggestion]:
        """Return suggestions for lines after the first, line by line.

        A line is offered when it would have an item and a quantity; of fields of which that is not known, nothing is said.
        """
        made: list[Suggestion] = []
        following = max(1, len(self.lines))
        for group in further_groups(self.sources):
            line = self._line_of(group)
            found = list(self._of(group, following if line is None else line))
            if line is None and not {one.chosen.target.id for one in found if one.chosen} >= _NEEDED:
                continue
            made += found
            following += line is None
        return made

    def _line_of(self, group: Group) -> int | None:
        """Return the line that a field of the group makes already, None when none does."""
        own = {one.field.key for one in group.members}
        for number, filled in enumerate(self.lines):
            if any(own & set(read) for read in filled.values()):
                return number
        return None

    def _of(self, group: Group, line: int) -> Iterator[Suggestion]:
        members = {one.bare.key: one for one in group.members if one.field.key in self.open}
        bare = Catalogue(system=self.sources.system, fields=[one.bare for one in members.values()])
        filled = self.lines[line] if line < len(self.lines) else {}
        for told in self.suggester.suggest(bare, self.targets, memory=self._known(list(members.values()))):
            chosen = told.chosen
            if chosen is not None and chosen.target.record == _LINE and chosen.target.key not in filled:
                member = members[told.source.key]
                yield replace(told, source=member.field, chosen=_explained(chosen, member, line), line=line)

    def _known(self, members: Sequence[Member]) -> Memory:
        """Return what was decided of the fields, and what the first line says of their twins, by their bare names."""
        decided = [
            decision.model_copy(update={"source_field": one.bare.id})
            for one in members
            for decision in self.memory.decisions
            if (decision.source_record, decision.source_field) == one.field.key
        ]
        mapped = [
            Decision(
                source_record=one.bare.record,
                source_field=one.bare.id,
                target_record=record,
                target_field=id_,
                accepted=True,
            )
            for one in members
            for (record, id_), read in (self.lines[0] if self.lines else {}).items()
            if list(read) == [one.twin.key]
        ]
        return self.memory.with_decisions((*mapped, *decided))


def _explained(chosen: Candidate, member: Member, line: int) -> Candidate:
    seen = f"'{member.field.title}' is one more '{member.twin.title}', so it makes line {line + 1}"
    return replace(chosen, reasons=(*chosen.reasons, Reason(compared="names", seen=seen, weight=0.0)))


def whole_lines(drafts: Sequence[tuple[int, RuleDraft]], *, existing: int) -> list[RuleDraft]:
    """Return drafts without those of new lines that would lack what every line has.

    Args:
        drafts: each with the number of its line, 0 for what is of none.
        existing: how many line rules there are.
    """
    had: dict[int, set[str]] = {}
    for line, draft in drafts:
        if draft.is_ready:
            had.setdefault(line, set()).add(draft.target.rpartition(".")[2])
    return [draft for line, draft in drafts if line < max(1, existing) or had.get(line, set()) >= _NEEDED]
