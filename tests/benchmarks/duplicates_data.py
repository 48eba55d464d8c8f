"""Labelled tables of customers, persons and publications, read where they lie beside the checkout."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Index = NDArray[np.int64]
ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("STREAK_NETSUITE_SHARED_DATA") or ROOT.parent / "shared" / "data") / "duplicates"
BUILD = ROOT / "build" / "duplicates"
_INSTALL_SECONDS, _RUN_SECONDS = 300, 900


class PeerMissing(Exception):
    """A library could not be installed in its own environment or did not run; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One table, or two to be linked, with the true customer of each record (of both, one after the other)."""

    name: str
    frames: Sequence[pd.DataFrame]
    truth: Index = field(repr=False)
    bar: float


def environment(name: str, packages: Sequence[str]) -> Path:
    """Return the interpreter of an environment under `build/`, made when it is not there.

    Raises:
        PeerMissing: it could not be made, for want of a network or of the package.
    """
    folder = BUILD / name
    python = folder / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    if (folder / "ready").exists():
        return python
    commands: list[list[str | Path]] = [
        ["venv", "--clear", "--python", sys.executable, folder],
        ["pip", "install", "--python", python, *packages],
    ]
    try:
        for command in commands:
            subprocess.run(
                [uv, *command], check=True, capture_output=True, text=True, timeout=_INSTALL_SECONDS
            )
    except (subprocess.SubprocessError, OSError) as error:
        raise PeerMissing(f"{name}: {getattr(error, 'stderr', None) or error}"[-300:]) from error
    (folder / "ready").touch()
    return python


def cases() -> list[Case]:
    """Return every labelled set that can be read here, with the F1 it is held to."""
    if not SHARED.is_dir():
        return []
    readers: Sequence[Callable[[], Case]] = (
        _febrl3,
        _febrl4,
        _historical,
        _publications,
        lambda: companies(100_000),
        lambda: companies(100_000, hard=True),
    )
    found = []
    for read in readers:
        try:
            found.append(read())
        except PeerMissing as error:
            print(f"duplicates: without {error}", file=sys.stderr)  # noqa: T201
    return found


def companies(count: int, *, hard: bool = False) -> Case:
    """Return generated business customers; the hard kind has branches, franchises and namesakes."""
    name = f"companies_{count}{'_hard' if hard else ''}"
    path = BUILD / f"{name}.csv"
    if not path.exists():
        table = path.with_suffix(".parquet")
        program = [SHARED / "generate_companies.py", str(count), table, *(["hard"] if hard else [])]
        _with_arrow(program)
        _as_csv(table, path)
        table.unlink()
    frame = pd.read_csv(path, dtype=str, index_col="unique_id")
    return _one(name, frame, "cluster", 0.93 if hard else 0.99)


def _with_arrow(program: Sequence[str | Path]) -> None:
    python = environment("arrow", ["pandas", "pyarrow", "faker"])
    try:
        subprocess.run([python, *program], check=True, capture_output=True, text=True, timeout=_RUN_SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        raise PeerMissing(f"data: {getattr(error, 'stderr', None) or error}"[-300:]) from error


def _as_csv(table: Path, path: Path) -> None:
    code = "import sys, pandas as pd; pd.read_parquet(sys.argv[1]).to_csv(sys.argv[2], index=False)"
    _with_arrow(["-c", code, table, path])


def _one(name: str, frame: pd.DataFrame, label: str, bar: float) -> Case:
    truth = pd.factorize(frame[label])[0].astype(np.int64)
    return Case(name=name, frames=[frame.drop(columns=label)], truth=truth, bar=bar)


def _febrl(name: str) -> pd.DataFrame:
    frame = pd.read_csv(SHARED / "febrl" / name, dtype=str, skipinitialspace=True, index_col="rec_id")
    frame.columns = frame.columns.str.strip()
    return frame


def _febrl_truth(frame: pd.DataFrame) -> Index:
    return frame.index.to_series().str.extract(r"rec-(\d+)")[0].astype(int).to_numpy(np.int64)


def _febrl3() -> Case:
    frame = _febrl("dataset3.csv")
    return Case(name="febrl3", frames=[frame], truth=_febrl_truth(frame), bar=0.999)


def _febrl4() -> Case:
    frames = [_febrl("dataset4a.csv"), _febrl("dataset4b.csv")]
    truth = np.concatenate([_febrl_truth(frame) for frame in frames])
    return Case(name="febrl4", frames=frames, truth=truth, bar=0.999)


def _historical() -> Case:
    path = BUILD / "historical_50k.csv"
    if not path.exists():
        BUILD.mkdir(parents=True, exist_ok=True)
        _as_csv(SHARED / "historical_50k.parquet", path)
    frame = pd.read_csv(path, dtype=str, index_col="unique_id")
    return _one("historical_50k", frame, "cluster", 0.85)


def _publications() -> Case:
    return linked("dblp_acm", ("dblp", "acm"), "%", 0.96)


def linked(name: str, sides: tuple[str, str], separator: str, bar: float) -> Case:
    """Return two tables to be linked, with a file that names their pairs."""
    folder = SHARED / name
    frames = [pd.read_csv(folder / f"{side}.csv", sep=separator, dtype=str, index_col="id") for side in sides]
    pairs = pd.read_csv(folder / "gt.csv", sep=separator, dtype=str)
    truth = np.arange(sum(map(len, frames)), dtype=np.int64)
    left = frames[0].index.get_indexer(pairs["D1"])
    right = frames[1].index.get_indexer(pairs["D2"]) + len(frames[0])
    truth[right] = truth[left]
    return Case(name=name, frames=frames, truth=truth, bar=bar)
