"""Groups a table by dedupe, taught by true labels: `python dedupe_peer.py table.csv groups.csv truth.csv`.

It is made to ask a person. Here the truth answers, for as many pairs as a patient person would read.
"""

import json
import random
import sys
import time

import dedupe
import pandas as pd
from dedupe import variables

LABELLED = 200
SAMPLED = 2000


def main(table: str, groups: str, truth: str) -> None:
    """Teach it some hundred pairs of each kind, and group by it."""
    random.seed(7)
    frame = pd.read_csv(table, dtype=str, index_col="unique_id")
    columns = [name for name in frame.columns if frame[name].nunique() > 1]
    rows = frame[columns].astype(object).where(frame[columns].notna(), None).to_dict("index")
    entity = pd.read_csv(truth, index_col="unique_id")["entity"].to_dict()
    start = time.perf_counter()
    deduper = dedupe.Dedupe([variables.String(name, has_missing=True) for name in columns], num_cores=2)
    deduper.prepare_training(rows, sample_size=SAMPLED)
    members: dict[int, list[int]] = {}
    for key, number in entity.items():
        members.setdefault(number, []).append(key)
    several = [some for some in members.values() if len(some) > 1]
    same = [random.sample(some, 2) for some in random.sample(several, min(LABELLED, len(several)))]
    keys = list(rows)
    apart = [random.sample(keys, 2) for _ in range(LABELLED)]
    deduper.mark_pairs(
        {
            "match": [(rows[a], rows[b]) for a, b in same],
            "distinct": [(rows[a], rows[b]) for a, b in apart if entity[a] != entity[b]],
        }
    )
    deduper.train(recall=0.9)
    label = {}
    for number, (some, _) in enumerate(deduper.partition(rows, threshold=0.5)):
        label.update(dict.fromkeys(some, number))
    seconds = time.perf_counter() - start
    pd.DataFrame({"unique_id": list(label), "group": list(label.values())}).to_csv(groups, index=False)
    sys.stdout.write("\n" + json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
