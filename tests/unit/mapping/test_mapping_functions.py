"""Functions in plain Python, for what no rule can say."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.function import function_paths
from streak_netsuite.mapping.spec import load_spec

Build = Callable[..., Any]
CODE = '''
"""Our own rules."""
from datetime import date
from decimal import Decimal

DISCOUNT = {"Gold": Decimal("0.10")}


def memo(deal):
    """Name and tier."""
    return f"{deal['box']['name']} ({deal['box']['fields'].get('Tier', 'no tier')})"


def net_price(deal):
    price = Decimal(deal["box"]["fields"]["Unit price"].replace(",", ""))
    return price * (1 - DISCOUNT.get(deal["box"]["fields"].get("Tier"), 0))


def spoil(deal):
    deal["box"]["fields"].clear()
    return "spoiled"


def number(deal):
    return 0.1 + 0.2


def odd(deal):
    return object()


def of_row(deal):
    return deal["each"].upper()


def _private(deal):
    return "x"
'''


@pytest.fixture
def with_code(tmp_path: Path, engine_for: Build) -> Build:
    """Builds an engine from a mapping file with a file of functions beside it."""

    def build(code: str = CODE, *, line: dict[str, Any] | None = None, **fields: Any) -> Engine:
        (tmp_path / "rules.py").write_text(code)
        content = {
            "version": 1,
            "name": "small",
            "source": {"pipeline": "Sales", "stages": ["Closed-Won"]},
            "functions": "rules.py",
            "customer": {"fields": {"company_name": {"from": "organization.name"}}},
            "sales_order": {
                "fields": {"transaction_date": {"from": "box.created_at"}, **fields},
                "lines": [{"item": {"value": "101"}, "quantity": {"value": 1}, **(line or {})}],
            },
            "write_back": {"fields": {"NetSuite order": "{{ order.number }}"}},
        }
        path = tmp_path / "small.yaml"
        path.write_text(yaml.safe_dump(content))
        engine: Engine = engine_for(load_spec(path))
        return engine

    return build


def test_a_function_is_given_the_deal_and_gives_the_value(with_code: Build, a_deal: Build) -> None:
    engine = with_code(memo={"function": "memo"}, line={"rate": {"function": "net_price"}})
    order = engine.map(a_deal({"Tier": "Gold"})).order
    assert order.memo == "Blue Harbor warehouse robots (Gold)"
    assert order.lines[0].rate == Decimal("11250.00")
    assert engine.map(a_deal({"Tier": "Gold"})).rules["sales_order.fields.memo"] == "function memo"


def test_a_function_cannot_spoil_the_deal_for_other_rules(with_code: Build, a_deal: Build) -> None:
    engine = with_code(memo={"function": "spoil"}, purchase_order_number={"from": "box.fields.Quantity"})
    order = engine.map(a_deal()).order
    assert (order.memo, order.purchase_order_number) == ("spoiled", "4")


def test_a_computed_number_is_exact_as_it_is_shown(with_code: Build, a_deal: Build) -> None:
    assert with_code(memo={"function": "number"}).map(a_deal()).order.memo == "0.30000000000000004"


def test_a_function_of_a_line_sees_its_entry(with_code: Build, a_deal: Build) -> None:
    line = {"each": "box.fields.Labels", "description": {"function": "of_row"}}
    lines = with_code(line=line).map(a_deal({"Labels": ("a", "b")})).order.lines
    assert [one.description for one in lines] == ["A", "B"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("net_price", "function net_price failed (KeyError: 'Unit price')"),
        ("odd", "function odd: it gives no plain value"),
    ],
)
def test_a_function_that_fails_holds_its_deal_alone(
    with_code: Build, a_deal: Build, name: str, told: str
) -> None:
    (fault,) = with_code(memo={"function": name}).map(a_deal({"Unit price": None})).blocking
    assert told in str(fault)
    assert fault.field == "sales_order.fields.memo"


def test_any_field_that_a_function_may_read_is_a_change_of_the_deal(with_code: Build, a_deal: Build) -> None:
    engine = with_code(memo={"function": "memo"})
    assert engine.digest(a_deal({"Anything": "1"})) != engine.digest(a_deal({"Anything": "2"}))
    assert engine.digest(a_deal({"NetSuite order": "1"})) == engine.digest(a_deal({"NetSuite order": "2"}))


@pytest.mark.parametrize("name", ["nobody", "_private", "Decimal", "date"])
def test_a_function_that_the_file_does_not_define_is_named(with_code: Build, name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"function"):
        with_code(memo={"function": name})


def test_a_file_that_cannot_be_run_is_a_fault_of_the_mapping(with_code: Build, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"rules\.py cannot be run: SyntaxError"):
        with_code("def broken(:\n", memo={"function": "memo"})
    path = tmp_path / "small.yaml"
    path.write_text(path.read_text().replace("rules.py", "elsewhere.py"))
    with pytest.raises(ConfigurationError, match=r"line \d+: functions: there is no file .*elsewhere\.py"):
        load_spec(path)


def test_a_file_outside_the_folder_is_refused(with_code: Build, tmp_path: Path) -> None:
    with_code()
    path = tmp_path / "small.yaml"
    path.write_text(path.read_text().replace("rules.py", "../rules.py"))
    with pytest.raises(ConfigurationError, match="functions"):
        load_spec(path)


def test_a_mapping_that_is_saved_elsewhere_takes_its_functions_along(
    with_code: Build, tmp_path: Path
) -> None:
    with_code(memo={"function": "memo"})
    (tmp_path / "draft").mkdir()
    spec = MappingFile(tmp_path / "small.yaml").save(tmp_path / "draft" / "small.yaml")
    assert "memo" in spec.known_functions


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ("return d['box']['fields']['Price']", ["box.fields.Price"]),
        ("f = d['box']['fields']; return f.get('Tier', 1) or f['Price']", ["box.fields.Tier", "box.fields.Price"]),
        ("return [p['name'] for p in d['contacts']] + [d['contacts'][1]['email']]", ["contacts[1].email"]),
        ("return other(d)", []),
        ("return d[name]", []),
    ],
)  # fmt: skip
def test_a_functions_text_tells_what_it_reads(body: str, paths: list[str]) -> None:
    found = function_paths(f"def price(d):\n    {body}\n")["price"]
    assert sorted(found) == sorted(paths)


def test_a_file_that_is_no_python_tells_nothing() -> None:
    assert function_paths("def (") == {}
