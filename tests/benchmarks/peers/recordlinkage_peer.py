"""Groups a table by recordlinkage without labels: `python recordlinkage_peer.py table.csv groups.csv`."""

import json
import sys
import time

import numpy as np
import pandas as pd
import recordlinkage
from peer_columns import blocked, compared, few_valued
from recordlinkage.index import Block
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components


def main(table: str, groups: str) -> None:
    """Block on rare values, compare by Jaro-Winkler, judge by its ECM classifier, and follow the links."""
    frame = pd.read_csv(table, dtype=str, index_col="unique_id")
    columns = compared(frame)
    few = few_valued(frame, columns)
    rules = blocked(frame, columns)
    start = time.perf_counter()
    pairs = pd.MultiIndex.from_tuples([], names=["first", "second"])
    for names in rules:
        found = Block(list(names)).index(frame.dropna(subset=list(names)))
        pairs = found if not len(pairs) else pairs.union(found)
    compare = recordlinkage.Compare(n_jobs=2)
    for name in columns:
        if name in few:
            compare.exact(name, name, label=name)
        else:
            compare.string(name, name, method="jarowinkler", threshold=0.88, label=name)
    vectors = compare.compute(pairs, frame).fillna(0).astype(int)
    matches = recordlinkage.ECMClassifier().fit_predict(vectors)
    place = pd.Series(np.arange(len(frame)), index=frame.index)
    left = place[matches.get_level_values(0)].to_numpy()
    right = place[matches.get_level_values(1)].to_numpy()
    graph = coo_matrix((np.ones(len(left)), (left, right)), shape=(len(frame), len(frame)))
    label = connected_components(graph, directed=False)[1]
    seconds = time.perf_counter() - start
    pd.DataFrame({"unique_id": frame.index, "group": label}).to_csv(groups, index=False)
    sys.stdout.write(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
