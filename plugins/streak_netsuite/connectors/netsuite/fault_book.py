"""What NetSuite's refusals mean, as data: cause, whose turn it is, and what to do next.

The shipped `fault_book.yaml` is written from SuiteTalk's help (section_N3539420, section_N3539978) and the
enumerations of its schema, read 2026-11. A customer's own file of the same form comes before it, for the
messages of their scripts. Messages follow the account's language, so the shipped book lets a pattern only
choose better words: what the program does is decided by element and code alone.
"""

import functools
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from streak_netsuite.errors import ConfigurationError, StreakNetSuiteError

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where libyaml is
_SHIPPED = Path(__file__).with_name("fault_book.yaml")
_READ_CHARACTERS = 2000  # of a message; a script's stack trace may be far longer
_SHOWN_CHARACTERS = 200  # of one thing that a message names
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")

Names = Callable[[str, str], str | None]
"""Returns a record's name for its type ("customer") and internal id, or None when it has none to tell."""


class Treat(StrEnum):
    """What the program does with a refusal."""

    REJECT = "reject"
    RETRY = "retry"
    UNCERTAIN = "uncertain"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    CREDENTIALS = "credentials"
    PERMISSION = "permission"
    CONFIGURATION = "configuration"
    MISSING_REFERENCE = "missing_reference"
    ALREADY_THERE = "already_there"
    UNREADABLE = "unreadable"


class Owner(StrEnum):
    """Whose turn it is."""

    SALES = "sales"
    FINANCE = "finance"
    ADMIN = "admin"


@dataclass(frozen=True, kw_only=True, slots=True)
class Retry:
    """When a repeat has a chance, and how often it is worth one."""

    after_seconds: float
    times: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """A refusal in a person's words.

    Attributes:
        field: the field or fields the message names, as NetSuite calls them ("Location, Department").
        reference: the record the message names, with its name where it is known: "the customer 'ACME' (501)".
    """

    code: str
    cause: str
    owner: Owner
    next_step: str
    treat: Treat
    retry: Retry | None = None
    field: str | None = None
    reference: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What the book says of some codes. Empty `codes` or `elements` fit any.

    Attributes:
        elements: names of faults ("asyncFault").
        exceptions: names of Java exceptions ("SAXException"), which stand for the names of faults that have none.
    """

    group: str
    codes: frozenset[str]
    elements: frozenset[str]
    pattern: re.Pattern[str] | None
    treat: Treat
    retry: Retry | None
    cause: str
    owner: Owner
    next_step: str
    documented_only: bool
    exceptions: frozenset[str] = frozenset()

    def rank(self, code: str, element: str) -> int | None:
        """Return how closely this fits (element and code, code, element), or None when it does not."""
        elements = self.elements | self.exceptions
        if (self.codes and code not in self.codes) or (elements and element not in elements):
            return None
        return 2 * bool(self.codes) + bool(elements)


class FaultBook:
    """Explains faults and record statuses. Never fails on what NetSuite sends."""

    def __init__(
        self,
        *,
        faults: Sequence[Entry],
        statuses: Sequence[Entry],
        default: Entry,
        references: Mapping[str, str],
    ) -> None:
        self.faults = tuple(faults)
        self.statuses = tuple(statuses)
        self.default = default
        self._references = references

    @staticmethod
    def load(own: Path | None = None) -> "FaultBook":
        """Return the shipped book, with a customer's own entries before ours; read once per process.

        Raises:
            ConfigurationError: everything that is wrong with a file.
        """
        return _load(own)

    def explain(
        self, code: str, message: str, element: str = "", *, names: Names | None = None
    ) -> Explanation:
        """Return what a code means: of a fault when an element is given, else of a record's status."""
        return (
            self.explain_fault(element, code, message, names=names)
            if element
            else self.explain_status(code, message, names=names)
        )

    def explain_fault(
        self, element: str, code: str, message: str, *, names: Names | None = None
    ) -> Explanation:
        """Return what a SOAP fault means. What only records usually say is understood here, too."""
        found = _find(self.faults, code, element, message) or _find(self.statuses, code, "", message)
        return self._told(found, code or element, message, names)

    def explain_status(self, code: str, message: str, *, names: Names | None = None) -> Explanation:
        """Return what one record's status means. What only faults usually say is understood here, too."""
        found = _find(self.statuses, code, "", message) or _find(self.faults, code, "", message)
        return self._told(found, code, message, names)

    def _told(self, found: Entry | None, code: str, message: str, names: Names | None) -> Explanation:
        entry = found or self.default
        match = entry.pattern.search(message[:_READ_CHARACTERS]) if entry.pattern else None
        said = {name: _tidy(text) for name, text in match.groupdict("").items()} if match else {}
        reference = self._reference(said.get("type", ""), said.get("id", ""), names)
        words = {
            **said,
            **self._named_groups(said, names),
            "reference": reference or "",
            "code": _tidy(code) or "without a code",
        }
        return Explanation(
            code=code,
            cause=entry.cause.format_map(words),
            owner=entry.owner,
            next_step=entry.next_step.format_map(words),
            treat=entry.treat,
            retry=entry.retry,
            field=said.get("field") or None,
            reference=reference,
        )

    def _named_groups(self, said: Mapping[str, str], names: Names | None) -> dict[str, str]:
        """Return the groups that are called after a kind of record ("subsidiary"), with its name."""
        found = {
            group: _named(names, self._references[group.lower()], text)
            for group, text in said.items()
            if group.lower() in self._references
        }
        return {group: f"'{name}' ({said[group]})" for group, name in found.items() if name}

    def record_of(self, field: str) -> str:
        """Return the type of record that a field leads to ("entity": customer); the field's own name where none is noted."""
        return self._references.get(field.lower(), field)

    def _reference(self, type_: str, id_: str, names: Names | None) -> str | None:
        """Return a record's name and id. Only internal ids are looked up: an external id is a name itself."""
        if not id_:
            return None
        record = self.record_of(type_)
        name = _named(names, record, id_)
        kind = _CAMEL.sub(" ", record).lower() or "record"
        return f"the {kind} '{name}' ({id_})" if name else f"the {kind} {id_}"


def _named(names: Names | None, record: str, id_: str) -> str | None:
    """Return a name, or None. A name that cannot be fetched must not hide the refusal it would explain."""
    if names is None or not id_.lstrip("-").isdecimal():
        return None
    try:
        return _clip(names(record, id_) or "") or None
    except StreakNetSuiteError:
        return None


def _find(entries: Sequence[Entry], code: str, element: str, message: str) -> Entry | None:
    """Return the first whose pattern is in the message, else the closest of those without a pattern."""
    fitting = [(rank, entry) for entry in entries if (rank := entry.rank(code, element)) is not None]
    for _, entry in fitting:
        if entry.pattern and entry.pattern.search(message[:_READ_CHARACTERS]):
            return entry
    plain = [pair for pair in fitting if pair[1].pattern is None]
    return max(plain, key=lambda pair: pair[0])[1] if plain else None


def _tidy(text: str) -> str:
    """Return a piece of a message without the punctuation around it."""
    return _clip(text).strip(" .,;:'\"")


def _clip(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _SHOWN_CHARACTERS else f"{words[:_SHOWN_CHARACTERS]}…"


Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=400)]


class _Door(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _RetryForm(_Door):
    after_seconds: float = Field(ge=0, le=86_400)
    times: int = Field(ge=1, le=1000)


class _EntryForm(_Door):
    """One entry as a file gives it."""

    group: Word = "Your own"
    codes: tuple[Word, ...] = ()
    elements: tuple[Word, ...] = ()
    exceptions: tuple[Word, ...] = ()
    pattern: str | None = Field(default=None, min_length=3, max_length=500)
    treat: Treat
    retry: _RetryForm | None = None
    cause: Sentence
    owner: Owner
    next_step: Sentence
    documented_only: bool = False

    @model_validator(mode="after")
    def _sound(self) -> Self:
        try:
            groups = set(re.compile(self.pattern or "").groupindex)
        except re.error as error:
            raise ValueError(f"the pattern '{self.pattern}' is not a regular expression: {error}") from None
        known = groups | {"code"} | ({"reference"} if "id" in groups else set())
        for text in (self.cause, self.next_step):
            if unknown := sorted(_placeholders(text) - known):
                raise ValueError(f"{{{unknown[0]}}} is no group of the pattern; there is {sorted(known)}")
        return self

    @property
    def keys(self) -> Iterator[tuple[str, str]]:
        """What this fits when it has no pattern: pairs of code and element."""
        if self.pattern is None:
            names = (*self.elements, *self.exceptions)
            yield from ((code, name) for code in self.codes or ("",) for name in names or ("",))

    def entry(self) -> Entry:
        """Return the value."""
        return Entry(
            group=self.group,
            codes=frozenset(self.codes),
            elements=frozenset(self.elements),
            exceptions=frozenset(self.exceptions),
            pattern=re.compile(self.pattern, re.IGNORECASE) if self.pattern else None,
            treat=self.treat,
            retry=Retry(**self.retry.model_dump()) if self.retry else None,
            cause=self.cause,
            owner=self.owner,
            next_step=self.next_step,
            documented_only=self.documented_only,
        )


class _BookForm(_Door):
    """A file."""

    default: _EntryForm | None = None
    references: dict[str, Word] = {}
    faults: tuple[_EntryForm, ...] = ()
    statuses: tuple[_EntryForm, ...] = ()

    @model_validator(mode="after")
    def _each_key_once(self) -> Self:
        for entry in self.faults:
            if not (entry.codes or entry.elements or entry.exceptions):
                raise ValueError(f"the fault '{entry.cause}' has neither codes nor elements")
        for entry in self.statuses:
            if entry.elements or entry.exceptions or not (entry.codes or entry.pattern):
                raise ValueError(f"the status '{entry.cause}' needs codes or a pattern, and no elements")
        for part in (self.faults, self.statuses):
            keys = [key for entry in part for key in entry.keys]
            if twice := sorted({key for key in keys if keys.count(key) > 1}):
                raise ValueError(f"{' '.join(twice[0]).strip()} stands in two entries without a pattern")
        return self


def _placeholders(text: str) -> set[str]:
    """Return the names in braces.

    Raises:
        ValueError: braces do not pair up, or hold more than a name.
    """
    parts = list(string.Formatter().parse(text))
    for _, name, form, conversion in parts:
        if name is not None and (not name.isidentifier() or form or conversion):
            raise ValueError(f"'{{{name}}}' is no placeholder; write a group's name in braces")
    return {name for _, name, _, _ in parts if name is not None}


@functools.lru_cache(maxsize=8)
def _load(own: Path | None) -> FaultBook:
    ours = _read(_SHIPPED)
    first = _read(own) if own else _BookForm()
    default = first.default or ours.default
    if default is None:
        raise ConfigurationError(f"{_SHIPPED.name} has no default entry; install the product anew")
    return FaultBook(
        faults=[form.entry() for form in (*first.faults, *ours.faults)],
        statuses=[form.entry() for form in (*first.statuses, *ours.statuses)],
        default=default.entry(),
        references={name.lower(): record for name, record in {**ours.references, **first.references}.items()},
    )


def _read(path: Path) -> _BookForm:
    try:
        data = yaml.load(path.read_text("utf-8-sig"), _Loader)  # noqa: S506 - either is a safe loader
        return _BookForm.model_validate(data or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"the fault book {path} cannot be read: {error}") from error
    except ValidationError as error:
        told = [f"  {_place(e['loc'])}: {e['msg']}" for e in error.errors(include_url=False)]
        raise ConfigurationError("\n".join([f"the fault book {path} has faults:", *told])) from None


def _place(location: tuple[int | str, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.lstrip(".") or "the file"
