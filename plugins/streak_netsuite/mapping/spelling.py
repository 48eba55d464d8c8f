"""Plain values of a mapping file, written back as they were written.

YAML has more words for yes and no, and more forms of numbers and days, than a mapping file: there, `True`, `010` and `2026-03-31` are
texts. Read as anything else, they would be written back with another meaning.
"""

import re
from typing import Any, Self

from ruamel.yaml.constructor import RoundTripConstructor, SafeConstructor
from ruamel.yaml.representer import RoundTripRepresenter

_TAG = "tag:yaml.org,2002:"
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")


class _Text(str):  # noqa: SLOT000 - keeps its tag
    """A text that YAML would read as something else, and that stands without quotes."""

    tag: str


class _Number(float):
    """A number with a decimal mark: a float has not place for all its digits."""

    text: str

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    def __str__(self) -> str:
        return self.text


class _Whole(int):
    """A whole number with a sign that it does not need."""

    text: str

    def __deepcopy__(self, memo: Any) -> Self:
        return self


class SpellingConstructor(RoundTripConstructor):
    """Reads values so that their spelling is kept."""

    def construct_yaml_float(self, node: Any) -> _Number:
        """Return a number with its digits."""
        made = _Number(SafeConstructor.construct_yaml_float(self, node))
        made.text = node.value
        return made

    def construct_yaml_bool(self, node: Any) -> Any:
        """Return true or false, and any other word as a text."""
        return super().construct_yaml_bool(node) if node.value in {"true", "false"} else _text(node)

    def construct_yaml_int(self, node: Any) -> Any:
        """Return a whole number, and any other form of one as a text."""
        if not _WHOLE.fullmatch(node.value):
            return _text(node)
        if str(int(node.value)) == node.value:
            return super().construct_yaml_int(node)
        made = _Whole(node.value)
        made.text = node.value
        return made

    def construct_yaml_null(self, node: Any) -> Any:
        """Return nothing, and any other word for it as a text."""
        return super().construct_yaml_null(node) if node.value in {"", "~", "null"} else _text(node)

    def construct_moment(self, node: Any) -> _Text:
        """Return a day or moment as a text."""
        return _text(node)


class SpellingRepresenter(RoundTripRepresenter):
    """Writes values as they were read."""

    def represent_spelled_text(self, data: _Text) -> Any:
        """Write a text without quotes, as it stood there."""
        return self.represent_scalar(data.tag, str(data))

    def represent_number(self, data: _Number) -> Any:
        """Write a number with the digits that it had."""
        return self.represent_scalar(f"{_TAG}float", data.text)

    def represent_whole(self, data: _Whole) -> Any:
        """Write a whole number with the sign that it had."""
        return self.represent_scalar(f"{_TAG}int", data.text)


def _text(node: Any) -> _Text:
    made = _Text(node.value)
    made.tag = str(node.tag)
    return made


SpellingConstructor.add_constructor(f"{_TAG}float", SpellingConstructor.construct_yaml_float)
SpellingConstructor.add_constructor(f"{_TAG}bool", SpellingConstructor.construct_yaml_bool)
SpellingConstructor.add_constructor(f"{_TAG}int", SpellingConstructor.construct_yaml_int)
SpellingConstructor.add_constructor(f"{_TAG}null", SpellingConstructor.construct_yaml_null)
SpellingConstructor.add_constructor(f"{_TAG}timestamp", SpellingConstructor.construct_moment)
SpellingRepresenter.add_representer(_Text, SpellingRepresenter.represent_spelled_text)
SpellingRepresenter.add_representer(_Number, SpellingRepresenter.represent_number)
SpellingRepresenter.add_representer(_Whole, SpellingRepresenter.represent_whole)
