"""A text that asks too much of its reader is refused at once, with the line; by whichever door it comes."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.sample import read_sample
from streak_netsuite.mapping.spec import load_spec, shipped_spec_path
from streak_netsuite.mapping_board.draft_text import DraftText

SHIPPED = shipped_spec_path("deal_to_order")
BASE = SHIPPED.read_text(encoding="utf-8")
END = BASE.count("\n") + 1
NESTED = "a0: &a0 {k: {from: box.name}}\n" + "".join(
    f"a{i}: &a{i} {{{', '.join(f'k{j}: *a{i - 1}' for j in range(9))}}}\n" for i in range(1, 9)
)
TEXTS = {
    "aliases of aliases": (NESTED, END + 4, "repeat over 10000 values"),
    "an alias of what is around it": ("x: &a {b: *a}\n", END, "stands inside what it repeats"),
    "a list of itself": ("y: 1\nx: &a [*a]\n", END + 1, "stands inside what it repeats"),
    "lists inside lists": (f"x: {'[' * 3000}{']' * 3000}\n", END, "inside each other"),
    "objects inside objects": (f"x: {'{a: ' * 400}1{'}' * 400}\n", END, "inside each other"),
    "a number without end": (f"x: {'1' * 5000}\n", END, "at most 50 digits"),
}
DOORS: dict[str, Callable[[str], object]] = {
    "the mapping": lambda text: load_spec(SHIPPED, text=text),
    "the editor": lambda text: MappingFile(SHIPPED, text=text),
    "the board": lambda text: DraftText(SHIPPED, text).lines(),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_asks_too_much_is_refused_with_its_line(name: str, door: str) -> None:
    more, line, told = TEXTS[name]
    began = time.process_time()
    with pytest.raises(ConfigurationError, match=f"line {line}: .*{told}"):
        DOORS[door](BASE + more)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("name", TEXTS)
def test_a_rule_that_asks_too_much_is_refused(name: str) -> None:
    more, _, told = TEXTS[name]
    with pytest.raises(ConfigurationError, match=f"the rule of sales_order.fields.memo: line .*{told}"):
        MappingFile(SHIPPED).set_rule_text("sales_order.fields.memo", more)


def test_a_lookup_file_that_asks_too_much_is_a_fault_of_the_mapping(tmp_path: Path) -> None:
    path = tmp_path / "deal_to_order.yaml"
    MappingFile(SHIPPED).save(path)
    (tmp_path / "lookups" / "tier.yaml").write_text(NESTED, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="repeat over 10000 values"):
        load_spec(path)


@pytest.mark.parametrize("name", TEXTS)
def test_a_sample_that_asks_too_much_is_refused_with_its_line(name: str, tmp_path: Path) -> None:
    more, line, told = TEXTS[name]
    path = tmp_path / "deal.yaml"
    path.write_text(f"version: 1\nzone: UTC\n{more}", encoding="utf-8")
    began = time.process_time()
    with pytest.raises(ConfigurationError, match=f"line {line - END + 3}: .*{told}.*make it anew"):
        read_sample(path)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (f"!!int '{'1' * 5000}'", "does not fit its tag"),
        ("!!int many", "does not fit its tag"),
        ("!foo bar", "could not determine a constructor"),
        ("{[1, 2]: 3}", "unhashable"),
    ],
)
def test_what_no_value_can_be_made_of_is_told_with_its_line(value: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=f"line {END}: .*{told}"):
        load_spec(SHIPPED, text=f"{BASE}x: {value}\n")


def test_a_few_aliases_are_fine() -> None:
    text = BASE.replace("box.fields.Currency", "&where box.fields.Currency", 1)
    text = text.replace("{from: box.fields.Currency", "{from: *where ", 1)
    assert "*where" in text
    spec = load_spec(SHIPPED, text=text)
    assert spec.sales_order.fields.currency == load_spec(SHIPPED).sales_order.fields.currency
