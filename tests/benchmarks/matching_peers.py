"""Other matchers on the same cases: rapidfuzz, TF-IDF, and two published ones in environments of their own."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process, utils
from sklearn.feature_extraction.text import TfidfVectorizer

from assist.mapping.catalogue import Catalogue
from assist.mapping.evaluation import Case

Scores = Sequence[NDArray[np.float64]]
ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "matchers"
# What each published matcher is installed as, and who speaks for it.
PUBLISHED = {"infermap": "infermap_peer.py", "valentine": "coma_peer.py"}
_INSTALL_SECONDS, _RUN_SECONDS = 300, 900


class PeerMissing(Exception):
    """A published matcher could not be installed or did not run; the message says why."""


def by_rapidfuzz(cases: Sequence[Case]) -> Scores:
    """Score by the better of id and label, with `WRatio` over lower-cased words."""
    return [_best_of_names(case, _ratio) for case in cases]


def by_tfidf(cases: Sequence[Case]) -> Scores:
    """Score by the cosine of character n-grams (2 to 4) of id or label, whichever is better."""
    return [_best_of_names(case, _cosine) for case in cases]


def by_published(name: str, cases: Sequence[Case]) -> Scores:
    """Score by a published matcher in its own environment under `build/`, by the better of id and label.

    Raises:
        PeerMissing: it could not be installed or run.
    """
    asked = [
        {"sources": _fields(case.sources, attribute), "targets": _fields(case.targets, attribute)}
        for attribute in ("id", "title")
        for case in cases
    ]
    script = Path(__file__).parent / "peers" / PUBLISHED[name]
    try:
        told = subprocess.run(
            [_environment(name), script],
            input=json.dumps(asked),
            text=True,
            capture_output=True,
            check=True,
            timeout=_RUN_SECONDS,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise PeerMissing(f"{name}: {getattr(error, 'stderr', None) or error}"[-300:]) from error
    scores = [np.array(one, dtype=np.float64) for one in json.loads(told.stdout)]
    return [np.maximum(*both) for both in zip(scores[: len(cases)], scores[len(cases) :], strict=True)]


def _environment(name: str) -> Path:
    """Return the interpreter of a peer's environment, made when it is not there."""
    folder = BUILD / name
    python = folder / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    if not (folder / "ready").exists():
        for command in (
            ["venv", "--clear", "--python", sys.executable, folder],
            ["pip", "install", "--python", python, name],
        ):
            subprocess.run(
                [uv, *command], check=True, capture_output=True, text=True, timeout=_INSTALL_SECONDS
            )
        (folder / "ready").touch()
    return python


def _fields(catalogue: Catalogue, attribute: str) -> list[dict[str, object]]:
    return [{"id": getattr(one, attribute), "samples": list(one.samples)} for one in catalogue]


def _best_of_names(
    case: Case, score: Callable[[list[str], list[str]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    names = [[[one.id for one in side], [one.title for one in side]] for side in (case.sources, case.targets)]
    return np.maximum.reduce([score(one, other) for one in names[0] for other in names[1]])


def _ratio(one: list[str], other: list[str]) -> NDArray[np.float64]:
    found = process.cdist(one, other, scorer=fuzz.WRatio, processor=utils.default_process)
    return np.asarray(found, dtype=np.float64) / 100


def _cosine(one: list[str], other: list[str]) -> NDArray[np.float64]:
    rows = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)).fit_transform([*one, *other])
    return np.asarray((rows[: len(one)] @ rows[len(one) :].T).todense())
