"""The board's other half: answers its commands.

It keeps no draft: the text travels with each command. So an undo is the text before, two people never share a draft by
accident, and any worker of a web server can answer.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assist.mapping import memory as decisions
from assist.mapping.catalogue import Catalogue, Field
from assist.mapping.memory import Memory
from assist.mapping.settings import SuggesterSettings
from assist.mapping.suggester import Suggester
from assist.mapping.suggestion import Candidate, Suggestion, band
from streak_netsuite.errors import ConfigurationError, StreakNetSuiteError
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.spec import is_shipped
from streak_netsuite.mapping_board import commands as asked
from streak_netsuite.mapping_board.draft_text import LINES, DraftText, digest, within_reach
from streak_netsuite.mapping_board.form import Forms
from streak_netsuite.mapping_board.lists import OfferedLists
from streak_netsuite.mapping_board.picture import Picture
from streak_netsuite.mapping_board.preview import Preview
from streak_netsuite.mapping_desk.desk import MappingDesk
from streak_netsuite.mapping_desk.draft import Drafter, RuleDraft
from streak_netsuite.mapping_desk.known_lookups import KnownLookups

Note = Callable[[str, Mapping[str, Any], str], None]
_DEALS = 8
_FEW = 3
_LIKELY = 0.05  # what is less likely than that is not worth a word


@dataclass
class Board:
    """Answers the board of one mapping. Safe to share between threads.

    Attributes:
        path: of the mapping file.
        note: keeps an action, its details and its actor in the audit; called before the file is written.
        memory: file with what was accepted and rejected before; None for none.
    """

    desk: MappingDesk
    path: Path
    note: Note
    memory: Path | None = None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, command: str, payload: Mapping[str, Any], *, by: str) -> dict[str, Any]:
        """Return what a command asks for: {"result": ...}, or {"error": what is wrong and what to do}.

        Args:
            by: who asks.
        """
        try:
            request = _checked(command, payload)
            self._ask_ahead(request)
            with self._lock:
                return {"result": self._answer(request, by)}
        except StreakNetSuiteError as error:
            return {"error": str(error)}

    def _ask_ahead(self, request: asked.Command) -> None:
        """Ask NetSuite for the list that an answer needs. The lock is free meanwhile: a slow NetSuite keeps nobody else waiting."""
        if not isinstance(request, asked.Connect | asked.Rule):
            return
        with self._lock:
            target = self.picture.targets.get(self.picture.kind_of(request.target))
            if target is None or not self.desk.targets.is_select(target):
                return
            is_known = target.key in self._lists.kept or self.desk.targets.is_private(target)
        if isinstance(request, asked.Connect):
            self._lists.ask(target)
        elif not is_known:
            with contextlib.suppress(
                StreakNetSuiteError
            ):  # a rule can be written without; the next look asks again
                self._lists.ask(target)

    def _answer(self, request: asked.Command, by: str) -> dict[str, Any]:
        match request:
            case asked.Open():
                return self._open()
            case asked.Look():
                return self._look(request.text)
            case asked.Suggest():
                return self._suggest(request.text)
            case asked.Rule():
                return self._rule(request)
            case asked.Preview():
                return self._preview.of(self._draft(request.text).spec())
            case asked.Save():
                return self._save(request, by)
        return self._change(request)

    def _change(self, request: asked.Command) -> dict[str, Any]:
        """Return the draft as a command changes it."""
        match request:
            case asked.Connect() | asked.Write() | asked.Set():
                return self._change_rule(request)
            case asked.Line():
                return self._line(request.text)
            case asked.Remove():
                return self._remove(request)
        raise ConfigurationError(f"the board cannot answer {type(request).__name__}")  # pragma: no cover

    def _change_rule(self, request: asked.Connect | asked.Write | asked.Set) -> dict[str, Any]:
        """Return the draft with one rule changed, and where that was made when it is not where it was asked for.

        Further lines are suggested several at once, and a person may begin with any of them.
        """
        place = within_reach(self._draft(request.text).file(), request.target)
        if place == request.target:
            return self._put(request)
        return {**self._put(request.model_copy(update={"target": place})), "made": place}

    def _put(self, request: asked.Connect | asked.Write | asked.Set) -> dict[str, Any]:
        match request:
            case asked.Connect():
                return self._connect(request)
            case asked.Write():
                return self._write(request)
            case asked.Set():
                return self._set(request)

    @cached_property
    def picture(self) -> Picture:
        """Both sides."""
        return Picture(self.desk)

    @cached_property
    def _forms(self) -> Forms:
        return Forms(self.desk, self.picture, self._lists)

    @cached_property
    def _lists(self) -> OfferedLists:
        return OfferedLists(self.desk)

    @cached_property
    def _preview(self) -> Preview:
        return Preview(self.desk.product, self.desk.deals[:_DEALS])

    @cached_property
    def _suggester(self) -> Suggester:
        return Suggester()

    def _draft(self, text: str) -> DraftText:
        return DraftText(self.path, text, held=self.desk.sources.held)

    @property
    def title(self) -> str:
        """What the board is about."""
        return f"{self.desk.spec.source.pipeline} to NetSuite"

    @property
    def words(self) -> Mapping[str, str]:
        """What the records are called that a draft is tried on: one of them, several, and none at all."""
        return {"one": "deal", "many": "deals", "none": "There is no won deal to try it on."}

    def _open(self) -> dict[str, Any]:
        text = self._draft("version: 1").file().before
        return {
            "title": self.title,
            "words": dict(self.words),
            "file": self.path.name,
            "digest": digest(text),
            **self.picture.fields(),
            **self._look(text),
        }

    def _look(self, text: str) -> dict[str, Any]:
        return {"text": text, **self.picture.drawn(self._draft(text))}

    def _connect(self, request: asked.Connect) -> dict[str, Any]:
        source, target = self.picture.source(request.source), self.picture.target(request.target)
        judged = self._judged(source, target)
        draft = self._drafted(request, source, judged)
        file = self._draft(request.text).file()
        if draft.lookup:
            file.set_rule(f"lookups.{draft.table_name}", draft.lookup)
        told = (f"suggested, {judged.probability:.2f}", *draft.open) if request.suggested else draft.open
        file.set_rule(draft.target, draft.rule, comment="; ".join(told))
        return {**self._look(file.text()), "told": "; ".join((*draft.open, *judged.warnings))}

    def _drafted(self, request: asked.Connect, source: Field, judged: Candidate) -> RuleDraft:
        targets = self.desk.targets
        target = judged.target
        return Drafter(known=self._lookups(request)).draft(
            source,
            judged,
            path=request.source,
            parts=[self._known_path(part) for part in request.parts],
            target=request.target,
            kind=targets.types.get(target.key),
            choices=self._lists.kept[target.key] if targets.is_select(target) else None,
            band=band(judged.probability, SuggesterSettings()),
        )

    def _known_path(self, id_: str) -> str:
        self.picture.source(id_)
        return id_

    def _lookups(self, request: asked.Connect) -> KnownLookups:
        """Return the lookups of the draft; while it has faults, the saved ones that it has not changed.

        Names that rules wait for count as well: whoever writes that table writes it for those rules.
        """
        draft = self._draft(request.text)
        file = draft.file()
        waited = {one.lookup for one in draft.lines() if one.target != request.target}
        taken = frozenset({*file.keys("lookups"), *waited})
        try:
            known = draft.known_lookups(draft.spec())
        except ConfigurationError:
            saved = self.desk.spec
            changed = draft.changed(self._draft(file.before))
            kept = {name: one for name, one in saved.lookups.items() if f"lookups.{name}" not in changed}
            known = draft.known_lookups(saved.model_copy(update={"lookups": kept}))
        return replace(known, taken=taken)

    def _write(self, request: asked.Write) -> dict[str, Any]:
        file = self._draft(request.text).file()
        file.set_rule_text(request.target, request.rule)
        return self._look(file.text())

    def _set(self, request: asked.Set) -> dict[str, Any]:
        file = self._draft(request.text).file()
        self._forms.put(file, request.target, request.changes)
        return self._look(file.text())

    def _line(self, text: str) -> dict[str, Any]:
        file = self._draft(text).file()
        number = file.count(LINES)
        file.set_rule(f"{LINES}[{number}]", {})
        return {**self._look(file.text()), "made": f"{LINES}[{number}]"}

    def _remove(self, request: asked.Remove) -> dict[str, Any]:
        file = self._draft(request.text).file()
        file.remove(request.target)
        return self._look(file.text())

    def _rule(self, request: asked.Rule) -> dict[str, Any]:
        draft = self._draft(request.text)
        file = draft.file()
        line = next((one for one in draft.lines() if one.target == request.target), None)
        form = self._forms.of(draft, request.target)
        if line is None:
            rule = file.rule_text(request.target) if form["kind"] == "line" else ""
            return {"rule": rule, "lookup": "", "table": "", "judged": None, "form": form}
        known = [id_ for path in line.paths for id_ in self.picture.ids(path)]
        target = self.picture.targets.get(self.picture.kind_of(request.target))
        judged = self._judged(self.picture.source(known[0]), target) if known and target else None
        return {
            "rule": file.rule_text(request.target),
            "lookup": line.lookup,
            "table": file.rule_text(f"lookups.{line.lookup}") if line.lookup else "",
            "judged": None if judged is None else _judgement(judged),
            "form": form,
        }

    def _judged(self, source: Field, target: Field) -> Candidate:
        """Return what the assistant thinks of one pair, beside all that the source could go to instead."""
        alone, everything = Catalogue(system="Streak", fields=[source]), self.desk.targets.catalogue
        chances = self._suggester.chances(alone, everything, memory=self._remembered())[0]
        chance = float(chances[[one.key for one in everything].index(target.key)])
        (told,) = self._suggester.suggest(alone, Catalogue(system="NetSuite", fields=[target]))
        # Its reasons hold for the pair alone; its probability there would be that of the only choice there is.
        found = told.candidates[0] if told.candidates else Candidate(target=target, probability=chance)
        return replace(found, probability=chance)

    def _suggest(self, text: str) -> dict[str, Any]:
        draft = self._draft(text)
        lines, count = draft.lines(), draft.file().count(LINES)
        found = self.desk.suggest_for(
            self._suggester,
            self.picture.open_sources(lines).fields,
            self.picture.open_targets(lines),
            lines=self.desk.filled_by(((one.target, one.paths) for one in lines if one.how == "from"), count),
            memory=self._remembered(),
        )
        fresh = dict.fromkeys(one.line for one in found if one.line >= max(1, count))
        more = [field for number in fresh for field in self.picture.further_line(number)]
        return {"suggestions": [self._suggestion(one) for one in found], "more": more}

    def _suggestion(self, one: Suggestion) -> dict[str, Any]:
        targets = self.desk.targets
        others = [c for c in one.candidates if one.chosen is None or c.target.key != one.chosen.target.key]
        return {
            "source": self.desk.sources.paths[one.source.key],
            "parts": [self.desk.sources.paths[part.key] for part in one.parts],
            "target": targets.path(one.chosen.target, line=one.line) if one.chosen else "",
            "band": one.band.value,
            **(_judgement(one.chosen) if one.chosen else {"probability": 0.0, "because": [], "careful": []}),
            "others": [
                {"target": targets.path(c.target, line=one.line), "probability": round(c.probability, 2)}
                for c in others[:_FEW]
                if c.probability >= _LIKELY
            ],
        }

    def _remembered(self) -> Memory:
        if self.memory is None:
            return Memory()
        try:
            return decisions.read(self.memory)
        except (OSError, ValueError) as error:
            raise ConfigurationError(str(error)) from error

    def _save(self, request: asked.Save, by: str) -> dict[str, Any]:
        draft = self._draft(request.text)
        file = draft.file()
        if digest(file.before) != request.digest:
            raise ConfigurationError(
                f"{self.path.name} was changed by somebody else meanwhile; open the board anew"
            )
        self._check_place()
        draft.spec()
        changed = draft.changed(self._draft(file.before))
        remembered = self._with_verdicts(request.verdicts, by)
        if request.text != file.before:
            self.note(
                "mapping.saved",
                {
                    "file": self.path.name,
                    "changed": changed,
                    "from": request.digest,
                    "to": digest(file.text()),
                },
                by,
            )
        saved = file.before
        with self._kept(remembered):
            if request.text != saved:
                saved = self._write_file(file)
        return {"digest": digest(saved), "changed": changed, **self._look(saved)}

    def _check_place(self) -> None:
        """Make sure that the draft may be written over its file."""
        if is_shipped(self.path):
            raise ConfigurationError(
                f"{self.path.name} is the product's own and is replaced by its next version; keep the draft's text as a file "
                "of yours, and name that file in `[streak_netsuite] mapping`"
            )

    def _write_file(self, file: MappingFile) -> str:
        """Write the draft; return what the file holds then."""
        try:
            file.save()
        except OSError as error:
            raise ConfigurationError(
                f"{self.path} cannot be written here ({error.strerror}); put the draft's text where the file comes from, "
                "say into its git repository"
            ) from error
        return file.before

    def _with_verdicts(self, verdicts: Sequence[asked.Verdict], by: str) -> Memory | None:
        """Return what is remembered once a save is done; None when that is nothing new."""
        if self.memory is None or not by or not verdicts:
            return None
        said = [
            decisions.decide(
                self.picture.source(one.source),
                self.picture.target(one.target),
                accepted=one.accepted,
                by=by,
                at=self.clock(),
                probability=one.probability,
            )
            for one in verdicts
        ]
        return self._remembered().with_decisions(said)

    @contextmanager
    def _kept(self, remembered: Memory | None) -> Iterator[None]:
        """Keep what is remembered; when the block fails, what was kept before stays."""
        if self.memory is None or remembered is None:
            yield
            return
        before = self._remembered()
        self._write_memory(remembered, self.memory)
        try:
            yield
        except StreakNetSuiteError:
            self._write_memory(before, self.memory)
            raise

    def _write_memory(self, memory: Memory, path: Path) -> None:
        try:
            decisions.write(memory, path)
        except OSError as error:
            raise ConfigurationError(
                f"{path} cannot be written here ({error.strerror}), and keeps what was taken over; nothing is saved"
            ) from error


def _checked(command: str, payload: Mapping[str, Any]) -> asked.Command:
    kind = asked.COMMANDS.get(command)
    if kind is None:
        raise ConfigurationError(f"the board has no command '{command}'; it has {', '.join(asked.COMMANDS)}")
    try:
        return kind.model_validate(payload)
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False)
        )
        raise ConfigurationError(f"the board's command '{command}' is not well formed: {told}") from None


def _judgement(candidate: Candidate) -> dict[str, Any]:
    return {
        "probability": round(candidate.probability, 3),
        "because": [{"seen": one.seen, "weight": round(one.weight, 2)} for one in candidate.reasons],
        "careful": list(candidate.warnings),
    }
