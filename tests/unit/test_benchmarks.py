"""Benchmarks can be run: a broken one would only show when somebody measures."""

import ast
import importlib
import re
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(autouse=True)
def beside_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))


def test_each_benchmark_that_is_named_measures() -> None:
    run = importlib.import_module("run")
    assert [name for name in run.NAMES if not callable(importlib.import_module(name).measure)] == []
    for name in {path.stem for path in FOLDER.glob("*.py")}:
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("wanted", "ratio", "met"),
    [
        ("<= 1.2", 1.2, True),
        ("<= 1.2", 1.25, False),
        (">= 3", 2.9, False),
        ("> 1", 1.0, False),
        ("", 9, True),
    ],
)
def test_a_figure_that_misses_what_is_wanted_is_told(wanted: str, ratio: float, met: bool) -> None:
    measurement = importlib.import_module("measurement").Measurement
    row = measurement(
        name="x", value=1, unit="s", reference="y", reference_value=1, ratio=ratio, wanted=wanted
    )
    assert row.is_met is met


@pytest.mark.parametrize(
    "path", sorted(set(FOLDER.glob("*.py")) - {FOLDER / "measurement.py"}), ids=lambda path: path.stem
)
def test_whatever_is_wanted_can_be_read(path: Path) -> None:
    """A bound that cannot be read would lose what minutes have measured."""
    texts = {one.value for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.Constant)}
    bounds = [text for text in texts if isinstance(text, str) and re.match(r"[<>=-]+( |$)", text)]
    assert [bound for bound in bounds if not re.fullmatch(r"[<>]=? [0-9.]+", bound)] == []


def test_the_reply_that_reading_is_measured_on_can_be_made() -> None:
    reply = importlib.import_module("soap_place").customers_reply(3)
    assert reply.count(b"Kestrel Aerospace") >= 3
