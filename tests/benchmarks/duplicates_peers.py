"""Other engines on the same tables, each in an environment of its own under `build/`.

Each groups one table; two tables are given as one where their columns are the same. None is tuned for a table, as ours is
not. dedupe is made to ask a person: here the truth answers it, which is a gift to it.
"""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from duplicates_data import Case, PeerMissing, environment
from numpy.typing import NDArray

_RUN_SECONDS = 300
_SCRIPTS = Path(__file__).parent / "peers"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Another engine.

    Attributes:
        most: records above which it is not tried, as it would not be done within `_RUN_SECONDS`.
        is_taught: it is given the truth, to learn from a part of it.
    """

    name: str
    packages: Sequence[str]
    most: int = 10_000_000
    is_taught: bool = False


SPLINK = Peer(name="splink", packages=["splink>=5,<6", "pandas"])
PEERS = (
    SPLINK,
    Peer(name="goldenmatch", packages=["goldenmatch>=3,<4", "polars", "pandas"], most=200_000),
    Peer(name="recordlinkage", packages=["recordlinkage>=0.16,<1", "pandas<3", "scipy"], most=200_000),
    Peer(name="dedupe", packages=["dedupe>=3,<4", "BTrees<6", "pandas<3"], most=6_000, is_taught=True),
)


@dataclass(frozen=True, kw_only=True)
class PeerLabels:
    """A group number for each record, and how long grouping took, reading left out."""

    labels: NDArray[np.int64] = field(repr=False)
    seconds: float


def labels_of(peer: Peer, case: Case) -> PeerLabels:
    """Return a peer's groups.

    Raises:
        PeerMissing: it could not be installed or run, or not in time.
    """
    frame = _as_one(case)
    if len(frame) > peer.most:
        raise PeerMissing(f"{peer.name}: {len(frame)} records are more than it is tried on here")
    python = environment(peer.name, peer.packages)
    with tempfile.TemporaryDirectory() as folder:
        table, groups, truth = (Path(folder) / f"{name}.csv" for name in ("table", "groups", "truth"))
        frame.to_csv(table, index_label="unique_id")
        pd.Series(case.truth, name="entity").to_csv(truth, index_label="unique_id")
        told = _run(
            [python, _SCRIPTS / f"{peer.name}_peer.py", table, groups, *([truth] * peer.is_taught)], peer
        )
        found = pd.read_csv(groups).sort_values("unique_id")["group"]
    return PeerLabels(labels=pd.factorize(found)[0].astype(np.int64), seconds=told["seconds"])


def _as_one(case: Case) -> pd.DataFrame:
    if len({tuple(frame.columns) for frame in case.frames}) != 1:
        raise PeerMissing("peers: two tables with other columns each are left out")
    return pd.concat(case.frames, ignore_index=True)


def _run(command: Sequence[str | Path], peer: Peer) -> dict[str, float]:
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_RUN_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise PeerMissing(f"{peer.name}: not done within {_RUN_SECONDS} s") from error
    except (subprocess.SubprocessError, OSError) as error:
        words = getattr(error, "stderr", None) or str(error)
        raise PeerMissing(f"{peer.name}: {words[-300:]}") from error
    found: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return found
