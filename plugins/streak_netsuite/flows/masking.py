"""Personal data taken out of what is shown: e-mail, phone, address lines, names of persons."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

HIDDEN = "[hidden]"
HIDDEN_EMAIL = "[hidden e-mail]"
HIDDEN_PHONE = "[hidden phone]"

_EMAIL = re.compile(r'[^\s<>(),;:"\[\]@]*(?:@|%40)[^\s<>(),;:"\[\]@]*', re.IGNORECASE)
# With a plus or a bracket only: bare digits are versions, ids and amounts.
_PHONE = re.compile(r"(?<!\w)(?:\+\d|\(\d{1,5}\))[\d ().\-/]{4,}\d")
_SHORTEST_NAME = 3

_PERSONS = frozenset(
    "firstname lastname middlename fullname displayname givenname familyname salutation attention addressee "
    "contactname".split()
)
_REACHED_BY = frozenset(
    "email emails emailaddress emailaddresses altemail phone phones mobilephone fax".split()
)
_REACHED_BY_TOO = frozenset("phonenumber phonenumbers mobile homephone officephone altphone".split())
_PLACES = frozenset(
    "addr1 addr2 addr3 addrtext address address1 address2 street streetaddress city zip postalcode".split()
)
_PEOPLE = frozenset(
    "salesrep contact contacts buyer person persons assignedto assignedtosharingentries creatorsharingentry "
    "followersharingentries user users owner".split()
)
_TEXT_TYPES = frozenset("text long_text longtext string email phone hyperlink".split())

_LEARNT = _PERSONS | _REACHED_BY | _REACHED_BY_TOO | {"addr1", "addr2", "addr3", "addrtext"}
_MASKED = _LEARNT | _PLACES


class Mask:
    """Hides personal data in values and in the texts that speak of them.

    Values are hidden by the name of their field, and e-mail addresses and international phone numbers
    wherever they are. What such fields hold is then hidden in free text as well, so that a reason does
    not tell the name that the payload keeps back. Custom fields are the customer's own and may hold
    anything: their texts are hidden.
    """

    def __init__(self, seen: Iterable[Any] = (), *, keep: Iterable[str] = ()) -> None:
        """Learn from payloads.

        Args:
            keep: ids that are shown wherever they are.
        """
        self._keep = frozenset(keep)
        words = {word for value in seen for word in _personal(value, of_person=False)} - self._keep
        longest_first = sorted((w for w in words if len(w) >= _SHORTEST_NAME), key=lambda w: (-len(w), w))
        listed = "|".join(re.escape(word) for word in longest_first)
        self._learnt = re.compile(rf"(?<!\w)(?:{listed})(?!\w)") if listed else None

    def text(self, text: str) -> str:
        """Return a text without the personal data that we can tell."""
        if text in self._keep:
            return text
        text = _EMAIL.sub(HIDDEN_EMAIL, text)
        text = _PHONE.sub(HIDDEN_PHONE, text)
        return self._learnt.sub(HIDDEN, text) if self._learnt else text

    def value(self, value: Any) -> Any:
        """Return a JSON-able value with personal fields hidden, at any depth."""
        return self._value(value, of_person=False)

    def _value(self, value: Any, *, of_person: bool) -> Any:
        if isinstance(value, Mapping):
            if _is_custom_text(value):
                value = {**value, "value": self._hidden(value["value"])}
            return {self.text(str(k)): self._field(str(k), v, of_person=of_person) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self._value(entry, of_person=of_person) for entry in value]
        return self.text(value) if isinstance(value, str) else value

    def _field(self, name: str, value: Any, *, of_person: bool) -> Any:
        plain = _plain(name)
        if plain in _MASKED or (of_person and plain == "name"):
            return self._hidden(value)
        return (
            self._hidden(value)
            if plain in _PEOPLE and isinstance(value, str)
            else self._value(value, of_person=plain in _PEOPLE)
        )

    def _hidden(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {self.text(str(key)): self._hidden(entry) for key, entry in value.items()}
        if isinstance(value, list | tuple):
            return [self._hidden(entry) for entry in value]
        return value if value in (None, "") or isinstance(value, bool) or value in self._keep else HIDDEN


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _is_custom_text(value: Mapping[str, Any]) -> bool:
    """Tell a custom field that holds text; NetSuite's selections and numbers are not personal."""
    return "script_id" in value and "value" in value and value.get("type") in _TEXT_TYPES


def _personal(value: Any, *, of_person: bool) -> Iterator[str]:
    """Yield the texts in personal fields of a value, at any depth."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            plain = _plain(str(key))
            if plain in _LEARNT or (of_person and plain == "name"):
                yield from _texts(entry)
            elif plain in _PEOPLE and isinstance(entry, str):
                yield entry
            else:
                yield from _personal(entry, of_person=plain in _PEOPLE)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _personal(entry, of_person=of_person)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from _texts(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _texts(entry)
