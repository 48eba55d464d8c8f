"""What each kind of search field asks of a value: operators and their values."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.values import Fields, Ref

Test = Callable[[Any], bool]
_ALONE = frozenset({"empty", "notEmpty"})
_PAIRED = frozenset({"within", "notWithin", "between", "notBetween"})


def test_of(name: str, sent: Fields | Ref) -> Test:
    """Return the question a search field asks; `sent` is a Ref where the schema wants a bare reference.

    Raises:
        RecordRefused: the operator or its values make no sense.
    """
    if isinstance(sent, Ref):
        wanted = sent
        return lambda value: _is_meant(wanted, value)
    shape = sent["@xsi"].partition(":")[2].replace("CustomField", "Field")
    return _TESTS[shape](name, sent)


def _operator(operators: Mapping[str, Test], name: str, sent: Fields) -> Test:
    operator = sent.get("@operator", "")
    if operator not in operators:
        raise RecordRefused(
            "INVALID_SEARCH_OPERATOR", f"The field {name} cannot be searched with {operator!r}."
        )
    return operators[operator]


def _text_test(name: str, sent: Fields) -> Test:
    wanted = str(sent.get("searchValue", "")).casefold()
    operators: dict[str, Callable[[str], bool]] = {
        "is": lambda text: text == wanted,
        "equalTo": lambda text: text == wanted,
        "isNot": lambda text: text != wanted,
        "notEqualTo": lambda text: text != wanted,
        "contains": lambda text: wanted in text,
        "doesNotContain": lambda text: wanted not in text,
        "startsWith": lambda text: text.startswith(wanted),
        "doesNotStartWith": lambda text: not text.startswith(wanted),
        "hasKeywords": lambda text: all(word in text for word in wanted.split()),
        "empty": lambda text: not text,
        "notEmpty": bool,
    }
    test = _operator(operators, name, sent)
    return lambda value: test(_text(value).casefold())


def _text(value: Any) -> str:
    if isinstance(value, Ref):
        return value.name
    return "" if value is None else str(value)


def _number_text_test(name: str, sent: Fields) -> Test:
    """Numbers kept as text (a PO number): as numbers where both are some, else as text."""
    values = [sent[n] for n in ("searchValue", "searchValue2") if n in sent]
    if sent.get("@operator") in _ALONE or not all(_is_number(v) for v in values):
        return _text_test(name, sent)
    as_numbers = {n: Decimal(sent[n]) for n in ("searchValue", "searchValue2") if n in sent}
    test = _order_test(name, sent | as_numbers)
    return lambda value: test(value if value is not None and _is_number(str(value)) else None)


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "", 1).isdigit()


def _boolean_test(_name: str, sent: Fields) -> Test:
    wanted = bool(sent.get("searchValue", False))
    return lambda value: bool(value) is wanted


def _order_test(name: str, sent: Fields) -> Test:
    """A number or a time; with "not" in front an operator means the contrary, and no value is no match."""
    operator = sent.get("@operator", "")
    low, high = sent.get("searchValue"), sent.get("searchValue2")
    if operator in _PAIRED and (low is None or high is None):
        raise RecordRefused("INVALID_SEARCH_VALUE", f"The field {name} needs two values for {operator}.")
    if operator not in _ALONE and low is None:
        raise RecordRefused("INVALID_SEARCH_VALUE", f"The field {name} needs a value.")
    plain: dict[str, Test] = {
        "on": lambda v: v == low,
        "equalTo": lambda v: v == low,
        "after": lambda v: v > low,
        "greaterThan": lambda v: v > low,
        "onOrAfter": lambda v: v >= low,
        "greaterThanOrEqualTo": lambda v: v >= low,
        "before": lambda v: v < low,
        "lessThan": lambda v: v < low,
        "onOrBefore": lambda v: v <= low,
        "lessThanOrEqualTo": lambda v: v <= low,
        "within": lambda v: low <= v <= high,
        "between": lambda v: low <= v <= high,
    }
    operators = plain | {_negated(n): _contrary(t) for n, t in plain.items()}
    test = _operator(operators | {"notEmpty": lambda _v: True, "empty": lambda _v: False}, name, sent)
    return lambda value: operator == "empty" if value is None else test(_number(value))


def _negated(operator: str) -> str:
    return f"not{operator[0].upper()}{operator[1:]}"


def _contrary(test: Test) -> Test:
    return lambda value: not test(value)


def _number(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) else value


def _choice_test(name: str, sent: Fields) -> Test:
    wanted = [w if isinstance(w, Ref) else Ref(internal_id=str(w)) for w in sent.get("searchValue", [])]

    def among(value: Any) -> bool:
        have = value if isinstance(value, tuple) else (value,)
        return any(_is_meant(w, h) for w in wanted for h in have)

    return _operator({"anyOf": among, "noneOf": _contrary(among)}, name, sent)


def _is_meant(wanted: Ref, have: Any) -> bool:
    if not isinstance(have, Ref):
        return bool(have) and wanted.internal_id.casefold() == str(have).casefold()
    if wanted.internal_id:
        return wanted.internal_id == have.internal_id
    return bool(wanted.external_id) and wanted.external_id.casefold() == have.external_id.casefold()


_TESTS: Mapping[str, Callable[[str, Fields], Test]] = MappingProxyType(
    {
        "SearchStringField": _text_test,
        "SearchTextNumberField": _number_text_test,
        "SearchBooleanField": _boolean_test,
        "SearchLongField": _order_test,
        "SearchDoubleField": _order_test,
        "SearchDateField": _order_test,
        "SearchEnumMultiSelectField": _choice_test,
        "SearchMultiSelectField": _choice_test,
    }
)
