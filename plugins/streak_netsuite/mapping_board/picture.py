"""What the board draws: both sides' fields, and the lines between them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from assist.mapping.catalogue import Catalogue, Field
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.source import parse_path
from streak_netsuite.mapping_board.draft_text import ADDRESSES, DraftText, RuleLine, line_places
from streak_netsuite.mapping_desk.desk import MappingDesk
from streak_netsuite.mapping_desk.targets import in_line
from streak_netsuite.model.identity import fold

_MOST_OPTIONS = 20
_LINE = "sales_order.lines[0]"
_ENTRY = re.compile(r"(sales_order\.lines|customer\.addresses)\[(\d+)\]")
_RECORDS = {
    "box": "Box",
    "organization": "Organization",
    "contact": "Contact",
    "customer": "Customer",
    "salesorder": "Sales order",
    "salesorder.item": "Order line",
}


@dataclass(frozen=True)
class Picture:
    """Both catalogues by the names that a mapping file has for their fields."""

    desk: MappingDesk

    @cached_property
    def sources(self) -> dict[str, Field]:
        """Streak's fields, by path."""
        return {self.desk.sources.paths[one.key]: one for one in self.desk.sources.catalogue}

    @cached_property
    def targets(self) -> dict[str, Field]:
        """NetSuite's fields, by target."""
        return {self.desk.targets.paths[one.key]: one for one in self.desk.targets.catalogue}

    def source(self, id_: str) -> Field:
        """Return the field behind a path.

        Raises:
            ConfigurationError: Streak has none.
        """
        try:
            return self.sources[id_]
        except KeyError:
            raise ConfigurationError(f"Streak has no field '{id_}'; open the board anew") from None

    def target(self, id_: str) -> Field:
        """Return the field behind a target.

        Raises:
            ConfigurationError: NetSuite has none that a mapping can fill.
        """
        try:
            return self.targets[first_of_kind(id_)]
        except KeyError:
            raise ConfigurationError(
                f"NetSuite has no field '{id_}' that can be filled; open the board anew"
            ) from None

    def kind_of(self, target: str) -> str:
        """Return the target that stands for all of its kind: `sales_order.lines[0].rate` for the rate of any line."""
        return first_of_kind(target)

    @property
    def count(self) -> int:
        """How many records the samples of fields are taken from."""
        return len(self.desk.deals)

    def fields(self) -> dict[str, list[dict[str, Any]]]:
        """Return both sides as plain values. Samples of values are not among them."""
        count = self.count
        return {
            "sources": [
                {**_field(path, one), "filled": f"{len(one.samples)} of {count}"}
                for path, one in self.sources.items()
            ],
            "targets": [
                {**_field(path, one), "required": one.required, "custom": one.key in self.desk.targets.custom}
                for path, one in self.targets.items()
            ],
        }

    def drawn(self, draft: DraftText) -> dict[str, Any]:
        """Return the lines of a draft, what it reads or fills that is not there, its faults, and what saving would lose."""
        lines = draft.lines()
        return {
            "lines": [self._line(one) for one in lines],
            "more": list(self._more(draft)),
            "gone": {
                "sources": sorted({path for one in lines for path in one.paths if self._is_gone(path)}),
                "targets": [one.target for one in lines if self.is_no_target(one.target)],
                "options": [told for one in lines for told in self._gone_options(one)],
            },
            "faults": draft.faults(),
            "careful": draft.unkept(),
        }

    def _more(self, draft: DraftText) -> Iterator[dict[str, Any]]:
        """Yield the targets that a draft has beside those that every mapping has: lines, further lines, addresses."""
        file = draft.file()
        for number, line in enumerate(line_places(file)):
            record = _RECORDS["salesorder.item"] + (f" {number + 1}" if number else "")
            shown = {"record": record, "required": False, "custom": False}
            yield {
                **shown,
                "id": line,
                "title": "How many lines",
                "type": "line",
                "options": [],
                "is": "line",
            }
            if number:
                yield from self.further_line(number)
        for number in range(1, file.count(ADDRESSES) + 1):
            field = _field(f"{ADDRESSES}[{number}]", self.targets[f"{ADDRESSES}[0]"])
            title = f"{field['title']} {number + 1}"
            yield {**field, "title": title, "required": False, "custom": False, "is": "further"}

    def further_line(self, number: int) -> Iterator[dict[str, Any]]:
        """Yield the targets of a line after the first, whether or not the draft has it."""
        record = f"{_RECORDS['salesorder.item']} {number + 1}"
        for path, one in self.targets.items():
            if path.startswith(f"{_LINE}."):
                field = _field(in_line(path, number), one)
                yield {
                    **field,
                    "record": record,
                    "title": f"{field['title']}, line {number + 1}",
                    "required": one.required,
                    "custom": False,
                    "is": "further",
                }

    @property
    def written_by_us(self) -> frozenset[str]:
        """The box fields that we write into."""
        spec = self.desk.spec
        return frozenset({*spec.write_back.fields, *spec.status.fields})

    def open_sources(self, lines: Sequence[RuleLine]) -> Catalogue:
        """Return the sources that no rule reads. What we write into boxes is left out: reading it goes in a circle."""
        written = self.written_by_us
        read = {id_ for one in lines for path in one.paths for id_ in self.ids(path)}
        left = [
            one
            for path, one in self.sources.items()
            if path not in read and not (one.record == "box" and one.id in written)
        ]
        return Catalogue(system="Streak", fields=left)

    def open_targets(self, lines: Sequence[RuleLine]) -> Catalogue:
        """Return the targets that no rule fills."""
        filled = {one.target for one in lines}
        return Catalogue(
            system="NetSuite", fields=[one for path, one in self.targets.items() if path not in filled]
        )

    def _line(self, line: RuleLine) -> dict[str, Any]:
        known = [id_ for path in line.paths for id_ in self.ids(path)]
        gone = [path for path in line.paths if self._is_gone(path)]
        return {"target": line.target, "sources": [*known, *gone], "how": line.how, "lookup": line.lookup}

    def ids(self, path: str) -> Iterator[str]:
        """Yield the source that a path of a mapping reads, if Streak has it: `buyer.name` is the organization's."""
        if path in self.sources:
            yield path
            return
        try:
            key = self.desk.sources.key_of(path)
        except ValueError:
            return  # the file's faults tell it
        if key is not None:
            yield self.desk.sources.paths[key]

    def _is_gone(self, path: str) -> bool:
        """Whether a path names a field of boxes, contacts or organizations that Streak does not have (any more)."""
        try:
            steps = parse_path(path).steps
        except ValueError:
            return False  # the file's faults tell it
        return "fields" in steps[1:3] and not list(self.ids(path))

    def _gone_options(self, line: RuleLine) -> Iterator[dict[str, str]]:
        """Yield the words of a rule's table that its field does not offer (any more)."""
        for path in (id_ for read in line.paths for id_ in self.ids(read)):
            offered = {fold(option) for option in self.sources[path].options}
            for word in line.words if offered else ():
                if fold(word) not in offered:
                    yield {"source": path, "target": line.target, "option": word}

    def is_no_target(self, target: str) -> bool:
        """Whether a rule fills a field by its name that NetSuite does not have (any more), or not there."""
        named = ".custom_fields." in target or ".more_fields." in target
        return named and first_of_kind(target) not in self.targets


def first_of_kind(target: str) -> str:
    """Return the target that every mapping has for a field of some line, or for one of several addresses."""
    return _ENTRY.sub(r"\1[0]", target)


def _words(path: str) -> str:
    """Return the last name of a path in words: `sales_order.lines[0].tax_code` is "Tax code"."""
    name = path.rpartition(".")[2]
    return name if name.startswith("cust") else name.replace("_", " ").capitalize()


def _record_words(record: str) -> str:
    """Return a record type's name in words: `customrecord_install_site` is "Install site"."""
    return record.removeprefix("customrecord").strip("_").replace("_", " ").capitalize() or record


def _field(path: str, field: Field) -> dict[str, Any]:
    return {
        "id": path,
        "record": _RECORDS.get(field.record) or _record_words(field.record),
        "title": field.label or _words(path),
        "type": field.type.value,
        "options": list(field.options[:_MOST_OPTIONS]),
    }
