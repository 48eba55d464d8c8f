"""The table of docs/netsuite-calls.md and the code name the same calls, operations and effects."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "plugins/streak_netsuite/connectors/netsuite/calls"
ROW = re.compile(r"^\| `(\w+\.\w+)` \| ([\w, ]+) \| (read|write) \|", re.MULTILINE)


def page_rows() -> dict[str, tuple[frozenset[str], str]]:
    """Return operations and effect of each call as the page says them."""
    rows = ROW.findall((ROOT / "docs/netsuite-calls.md").read_text())
    return {name: (frozenset(operations.split(", ")), effect) for name, operations, effect in rows}


def code_rows() -> dict[str, str]:
    """Return the source of each public call."""
    return {
        f"{file.stem}.{node.name}": ast.unparse(node)
        for file in FOLDER.glob("*.py")
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and "SoapCall" in ast.unparse(node.returns or ast.Constant(""))
    }


def test_the_page_names_every_call_and_no_other() -> None:
    assert set(page_rows()) == set(code_rows())


def test_the_page_names_operation_and_effect_of_each_call() -> None:
    for name, source in code_rows().items():
        operations, effect = page_rows()[name]
        assert f"Effect.{effect.upper()}" in source, name
        if "verb" not in source:  # the operation follows from the verb
            (operation,) = operations
            assert f"'{operation}'" in source, name
