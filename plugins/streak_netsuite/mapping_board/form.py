"""One rule as a form shows it: plain values, and what each control has to offer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from assist.mapping.catalogue import Field
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.file_part import EACH
from streak_netsuite.mapping.held import Test
from streak_netsuite.mapping.reads import functions_in
from streak_netsuite.mapping.record_type import RULES
from streak_netsuite.mapping.source import PARTY_ATTRIBUTES
from streak_netsuite.mapping_board.commands import Change
from streak_netsuite.mapping_board.draft_text import DraftText
from streak_netsuite.mapping_board.lists import OfferedLists
from streak_netsuite.mapping_board.phrase import Calculation, Condition, read_calculation, read_condition
from streak_netsuite.mapping_board.picture import Picture
from streak_netsuite.mapping_desk.desk import MappingDesk
from streak_netsuite.model.change_policy import HEADER_PARTS, LINE_FIELDS

_MOST_CHOICES = 500
_ADDRESSES = frozenset({"sales_order.fields.shipping_address", "sales_order.fields.billing_address"})
Step = tuple[str | int, ...]
_PHRASES: Mapping[str, type[Condition] | type[Calculation]] = {"when": Condition, "expression": Calculation}


@dataclass(frozen=True)
class Forms:
    """Reads and changes rules of drafts, part by part."""

    desk: MappingDesk
    picture: Picture
    lists: OfferedLists

    def of(self, draft: DraftText, target: str) -> dict[str, Any]:
        """Return the form of a target, filled with its rule; of a line, with what it is made for."""
        file = draft.file()
        rule = _plain(file.rule(target)) or {}
        is_line = target.startswith("sales_order.lines") and target.endswith("]")
        known = None if is_line else self.picture.targets.get(self.picture.kind_of(target))
        phrases = {} if is_line else _phrases(rule)
        return {
            "kind": "line" if is_line else _kind(target),
            "place": _place(target),
            "rule": {key: rule.get(key) for key in ("each", "table", "allow_zero_rate")} if is_line else rule,
            "shown": {"rule": phrases} if not is_line else {},
            "tests": self._tests(phrases),
            "columns": list(_columns(file, target)),
            "tables": {name: self.table(file, name) for name in file.keys("lookups")},
            "functions": list(self._functions(draft, file)),
            "choices": self._choices(known),
            "is_select": known is not None and self.desk.targets.is_select(known),
            "owner": {"part": (part := _part(target)), "is": self._owner(file, part)},
        }

    def put(self, file: MappingFile, target: str, changes: Sequence[Change]) -> None:
        """Put parts into a rule.

        Raises:
            ConfigurationError: there is no such place, or a part cannot stand there.
        """
        known = self.picture.targets.get(self.picture.kind_of(target))
        kind = self.desk.targets.types.get(known.key) if known is not None else None
        if kind is not None and file.rule(target) is None:
            file.set_part(target, ("type",), kind.value)
        for one in changes:
            place = one.target or target
            if not place.startswith(self.changed) and place != "changes":
                raise ConfigurationError(f"the board changes no '{place}'; change it in the file")
            if one.to is None:
                file.set_part(place, self.at(file, place, one.at), _written(one))
            else:
                file.move_part(place, one.at, one.to)

    changed: ClassVar[tuple[str, ...]] = ("customer.", "sales_order.", "lookups.")

    def table(self, file: MappingFile, name: str) -> dict[str, Any]:
        """Return a lookup as the form shows it."""
        return _table(file, name)

    def at(self, file: MappingFile, place: str, at: Step) -> Step:  # noqa: ARG002 - as a mapping's tables stand
        """Return where a part that the form calls so stands in the file."""
        return at

    @property
    def others(self) -> Iterator[str]:
        """What conditions may ask beside the fields of the board."""
        yield from (f"buyer.{name}" for name in PARTY_ATTRIBUTES if name != "fields")

    def _tests(self, phrases: Mapping[str, Any]) -> dict[str, list[str]]:
        """Return what can be asked of each field that a condition can read; of what nobody knows, all but for lists."""
        condition = phrases.get("when")
        read = [condition["field"]] if condition else []
        return {path: self._offered(path) for path in (*self.picture.sources, *self.others, *read)}

    def _offered(self, path: str) -> list[str]:
        holds = self.desk.sources.held(path)
        fitting = holds.tests if holds else (one for one in Test if one is not Test.HAS)
        return [one.value for one in fitting]

    def _functions(self, draft: DraftText, file: MappingFile) -> Iterator[str]:
        name = file.rule("functions")
        if isinstance(name, str):
            yield from functions_in(draft.path.parent / name)

    def _choices(self, known: Field | None) -> list[dict[str, str]]:
        """Return what NetSuite offers for a target; nothing while it cannot be asked. Names of people are shown to nobody."""
        offered = self.lists.kept.get(known.key) if known is not None else None
        if known is None or offered is None or self.desk.targets.is_private(known):
            return []
        return [{"id": id_, "name": name} for name, id_ in list(offered.ids.items())[:_MOST_CHOICES]]

    def _owner(self, file: MappingFile, part: str) -> str:
        owners = file.rule("changes.owners")
        return str(owners.get(part, "")) if isinstance(owners, Mapping) and part else ""


def _kind(target: str) -> str:
    if target in _ADDRESSES or target.startswith("customer.addresses["):
        return "address"
    named = ".custom_fields." in target or ".more_fields." in target or target.startswith(RULES)
    return "custom" if named else "field"


def _place(target: str) -> str:
    if target.startswith("customer."):
        return "customer"
    if target.startswith(RULES):
        return "record"
    return "line" if target.startswith("sales_order.lines[") else "order"


def _part(target: str) -> str:
    """Return what `changes.owners` calls a target, "" when it has no name there."""
    name = target.rpartition(".")[2]
    if _place(target) in {"customer", "record"} or target.endswith("]"):
        return ""
    if _place(target) == "line":
        return f"lines.{name}" if name in LINE_FIELDS and _kind(target) == "field" else ""
    if ".more_fields." in target:
        return f"more_fields.{name}"
    return name if name in HEADER_PARTS or ".custom_fields." in target else ""


def _columns(file: MappingFile, target: str) -> Iterator[str]:
    """Yield what a rule of a line can read of the entry or row that the line is made for."""
    line = target.partition("].")[0] + "]"
    if _place(target) != "line" or not isinstance(file.rule(f"{line}.each"), str):
        return
    columns = file.rule(f"{line}.table.columns")
    named = columns if isinstance(columns, list) else ()
    yield from (f"{EACH}.{one}" for one in named) if file.rule(f"{line}.table") is not None else (EACH,)


def _table(file: MappingFile, name: str) -> dict[str, Any]:
    source = file.rule(f"lookups.{name}")
    if not isinstance(source, Mapping):
        return {"how": "", "told": "", "table": {}}
    how = next((key for key in ("table", "file", "netsuite") if key in source), "")
    told = "" if how == "table" else str(source.get(how, ""))
    return {"how": how, "told": told, "table": _plain(source.get("table")) or {}}


def _phrases(rule: Any) -> dict[str, Any]:
    """Return the condition and the calculation of a rule in their parts, where a form can show them."""
    if not isinstance(rule, Mapping):
        return {}
    when, expression = rule.get("when"), rule.get("expression")
    condition = read_condition(when) if isinstance(when, str) else None
    calculation = read_calculation(expression) if isinstance(expression, str) else None
    return {
        "when": condition.model_dump(mode="json") if condition else None,
        "expression": calculation.model_dump(mode="json") if calculation else None,
    }


def _written(change: Change) -> Any:
    """Return what a form says as it is written into the file.

    Raises:
        ConfigurationError: a condition or a calculation is not whole.
    """
    phrase = _PHRASES.get(str(change.at[-1]))
    if phrase is None or not isinstance(change.value, Mapping):
        return change.value
    try:
        return phrase(**change.value).expression
    except (TypeError, ValueError) as error:
        told = "; ".join(one["msg"] for one in error.errors()) if hasattr(error, "errors") else str(error)
        raise ConfigurationError(f"{change.at[-1]}: {told.removeprefix('Value error, ')}") from error


def _plain(value: Any) -> Any:
    """Return what stands in a file as JSON can say it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float | Decimal):
        return _number_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _number_text(value: float | Decimal) -> str:
    """Return a number with all the digits that it was written with."""
    try:
        return format(Decimal(str(value).replace("_", "")), "f")
    except InvalidOperation:
        return str(value)
