"""splink on the same tables, in an environment of its own under `build/`.

dedupe is not among the peers: it asks a person, and has no way to be run without labels. recordlinkage and goldenmatch
judge pairs without grouping them; their published figures on these sets stand in the model card.
"""

import json
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from duplicates_data import Case, PeerMissing, environment
from numpy.typing import NDArray

_RUN_SECONDS = 600
_SCRIPT = Path(__file__).parent / "peers" / "splink_peer.py"


@dataclass(frozen=True, kw_only=True)
class PeerLabels:
    """A group number for each record, and how long grouping took, reading left out."""

    labels: NDArray[np.int64] = field(repr=False)
    seconds: float


def splink_labels(case: Case) -> PeerLabels:
    """Return splink's groups.

    Raises:
        PeerMissing: it could not be installed or run.
    """
    if len(case.frames) != 1:
        raise PeerMissing("splink: two tables with other columns each are left out")
    python = environment("splink", ["splink>=5,<6", "pandas"])
    frame = case.frames[0]
    with tempfile.TemporaryDirectory() as folder:
        table, groups = Path(folder) / "table.csv", Path(folder) / "groups.csv"
        frame.reset_index(drop=True).to_csv(table, index_label="unique_id")
        try:
            told = subprocess.run(
                [python, _SCRIPT, table, groups],
                capture_output=True,
                text=True,
                check=True,
                timeout=_RUN_SECONDS,
            )
        except (subprocess.SubprocessError, OSError) as error:
            words = getattr(error, "stderr", None) or str(error)
            raise PeerMissing(f"splink: {words[-300:]}") from error
        seconds = json.loads(told.stdout.splitlines()[-1])["seconds"]
        found = pd.read_csv(groups).sort_values("unique_id")["group"]
    return PeerLabels(labels=pd.factorize(found)[0].astype(np.int64), seconds=seconds)
