from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.spec import load_spec, shipped_spec_path
from streak_netsuite.mapping.spec_file import _Loader, _QuickLoader

SHIPPED = shipped_spec_path("deal_to_order").parent


def faults_of(path: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_spec(path)
    return str(caught.value)


def test_a_small_file_loads(write_spec: Callable[..., Path]) -> None:
    spec = load_spec(write_spec())
    assert (spec.name, spec.match.when_ambiguous) == ("small", "hold")


def test_all_faults_are_named_at_once_with_line_key_and_remedy(write_spec: Callable[..., Path]) -> None:
    path = write_spec(
        """\
version: 1
name: Small
source: {pipeline: Sales}
customer:
  fields:
    company_name: {frm: organization.name}
    email: {from: organization.emial}
sales_order:
  fields:
    transaction_date: {from: box.created_at, when_empty: ignore}
    memo: {expression: "{{ box.nme }}"}
    currency: {from: box.fields.Currency, lookup: curency}
  lines:
    - item: {value: 1}
      quantity: {from: box.fields.Quantity, transform: [number, {numbr: {}}]}
lookups:
  currency: {table: {EUR: 4}}
"""
    )
    told = faults_of(path)
    assert told.startswith(f"mapping file {path} has 8 faults:")
    for line in [
        "line 2: name: 'Small' has the wrong form; it must fit ^[a-z]",
        "line 3: source.stages: the key is missing; add `stages:`",
        "line 6: customer.fields.company_name.frm: the key is not known here; did you mean 'from'?",
        "line 7: customer.fields.email.from: path 'organization.emial': organization has no 'emial'; use key",
        "line 10: sales_order.fields.transaction_date.when_empty: 'ignore' is not allowed; write 'skip', 'keep' or 'error'",
        "line 11: sales_order.fields.memo.expression: the expression uses box.nme",
        "line 12: sales_order.fields.currency.lookup: lookup 'curency' is unknown; did you mean 'currency'?",
        "line 15: sales_order.lines[0].quantity.transform[1].numbr: the key is not known here; did you mean 'number'?",
    ]:
        assert line in told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; begin with `version: 1`"),
        ("- a\n- b\n", "holds no keys"),
        ("version: 1\n  name: [", "line 2: not valid YAML"),
        ("version: 1\nversion: 1\n", "line 2: version: the key stands on line 1 already"),
        ("version: 2\n", "line 1: version: '2' is not allowed; write 1"),
    ],
)
def test_a_file_that_is_no_mapping_says_so(text: str, message: str, write_spec: Callable[..., Path]) -> None:
    assert message in faults_of(write_spec(text))


def test_a_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    assert "cannot be read" in faults_of(tmp_path / "none.yaml")


def test_tables_come_from_files_beside_the_mapping(write_spec: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "currency.yaml").write_text("EUR: 4\nNO: 5\n")
    spec = load_spec(write_spec(lookups={"currency": {"file": "currency.yaml"}}))
    table = spec.lookups["currency"].table
    assert table is not None
    assert {key: entry.id for key, entry in table.items()} == {"EUR": "4", "NO": "5"}


@pytest.mark.parametrize(
    ("source", "content", "message"),
    [
        ({"file": "missing.yaml"}, "", "cannot be read"),
        ({"file": "../secret.yaml"}, "", "outside the mapping file's folder"),
        ({"file": "table.yaml"}, "- EUR\n", "holds no table"),
        ({"file": "table.yaml"}, "EUR: 1\nEUR: 2\n", "in table.yaml: EUR: the key stands on line 1 already"),
        ({"file": "table.yaml"}, "EUR: 1\neur: 2\n", "'EUR' and 'eur' are the same value"),
        ({"file": "table.yaml", "table": {"EUR": 1}}, "EUR: 1\n", "a file or a table, not both"),
        ({"table": {"EUR": 1}, "netsuite": "item"}, "", "exactly one of table, file and netsuite"),
        ({"netsuite": "currency"}, "", "write it like salesOrder.currency"),
        ({}, "", "exactly one of table, file and netsuite"),
    ],
)
def test_a_broken_table_names_its_lookup(
    source: dict[str, Any], content: str, message: str, write_spec: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "table.yaml").write_text(content)
    assert message in faults_of(write_spec(lookups={"currency": source}))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"from": "box.name", "value": 1}, "this has from and value"),
        ({}, "this has none of them"),
        ({"from": "box.name", "default": "x", "when_empty": "error"}, "not both"),
        ({"from": "each"}, "needs a line rule with `each`"),
        ({"from": "box.name", "transform": ["shout"]}, "'shout' is not allowed; write"),
        ({"from": "box.name", "transform": [{"number": {}, "split": ","}]}, "exactly one key"),
        ({"from": "box.name", "transform": [{"regex": {"pattern": "("}}]}, "not a regular expression"),
        ({"from": "box.name", "transform": [{"date": {"zone": "Mars/Base"}}]}, "not a time zone"),
        ({"from": "box.name", "clip": 0}, "greater than or equal to 1"),
        ({"expression": "{{ box.name() }}"}, "uses a call"),
    ],
)
def test_a_broken_rule_says_what_to_write(
    rule: dict[str, Any], message: str, write_spec: Callable[..., Path]
) -> None:
    section = {"fields": {"company_name": rule}}
    assert message in faults_of(write_spec(customer=section))


def test_script_ids_are_checked(write_spec: Callable[..., Path]) -> None:
    section = {"fields": {}, "custom_fields": {"Stage": {"type": "text", "from": "box.stage"}}}
    assert "'Stage' is not a script id" in faults_of(write_spec(customer=section))


def test_words_and_amounts_stay_what_was_written(write_spec: Callable[..., Path]) -> None:
    path = write_spec()
    path.write_text(path.read_text().replace("from: organization.name", "value: No"))
    assert load_spec(path).customer.fields.company_name.value == "No"  # type: ignore[union-attr] # it is given


def test_only_shipped_mappings_have_names() -> None:
    assert load_spec(shipped_spec_path("deal_to_order")).name == "deal_to_order"
    with pytest.raises(ConfigurationError, match="there is deal_to_order"):
        shipped_spec_path("nothing")


ORDERS = """\
version: 1
name: small
source: {pipeline: Sales, stages: [Closed-Won]}
customer:
  fields:
    company_name: {from: organization.name}
sales_order:
  fields:
    transaction_date: {from: box.created_at}
    memo: {from: box.fields.Memo, required: true}
  lines:
    - item: {value: 101}
      quantity: {value: 1}
    - each: box.notes
      table: {columns: [item, quantity]}
      item: {from: each.item}
      quantity: {from: each.quantity}
"""


def test_faults_of_deals_name_the_file_and_line_of_their_rule(
    write_spec: Any, engine_for: Any, a_deal: Any
) -> None:
    engine = engine_for(load_spec(write_spec(ORDERS)))
    faults = engine.map(a_deal(notes="7 | 1\n8 | none\n9 | 0\n| 5")).blocking
    assert {(fault.field, fault.rule_at) for fault in faults} == {
        ("sales_order.fields.memo", "small.yaml line 10"),
        ("sales_order.lines[2].quantity", "small.yaml line 17"),
        ("sales_order.lines[3].quantity", "small.yaml line 17"),
        ("sales_order.lines[4].item", "small.yaml line 16"),
    }
    (fault,) = engine.map(a_deal({"Memo": "x"}, organizations=())).blocking
    assert (fault.field, fault.rule_at) == ("customer", "")


SPELLINGS = """words: [No, yes, off, true, ~, Null, null, '', "true", 'null', 1, -0, 010, 1_000, 0x1F, 12.50, 1e3, .5, 2026-05-04, =]
"quoted: key": !!str 1
"""
BLOCKS = """one: &it
  - {a: 1, b: [x, "y"]}
  -   indented: |
        kept
        as it is
      folded: >-
        over
        lines
two: *it
three: {<<: {a: 1}, b: 2}
"""


TEXTS = {path.stem: path.read_text() for path in sorted(SHIPPED.rglob("*.yaml"))}
TEXTS |= {"spellings": SPELLINGS, "blocks": BLOCKS}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_quick_reader_sees_what_the_thorough_one_sees(text: str) -> None:
    quick, thorough = (yaml.compose(text, Loader=loader) for loader in (_QuickLoader, _Loader))
    assert seen(quick) == seen(thorough)


def seen(node: Any) -> Any:
    """Return a node with its tag, its value and the line it begins on."""
    if isinstance(node, yaml.Node):
        return node.tag, node.start_mark.line, node.start_mark.column, seen(node.value)
    return [seen(part) for part in node] if isinstance(node, list | tuple) else node


def test_what_cannot_be_read_is_told_alike_with_and_without_the_quick_reader(
    write_spec: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_spec("version: 1\nname: [small\nsource: x\n")
    told = faults_of(path)
    monkeypatch.setattr("streak_netsuite.mapping.spec_file._QuickLoader", _Loader)
    assert faults_of(path) == told
    assert "line 3: not valid YAML" in told
