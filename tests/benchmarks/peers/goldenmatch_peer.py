"""Groups a table by goldenmatch as it configures itself: `python goldenmatch_peer.py table.csv groups.csv`."""

import json
import sys
import time

import goldenmatch
import pandas as pd
import polars as pl


def main(table: str, groups: str) -> None:
    """Let it choose its own configuration, with everything that asks a network left off."""
    frame = pl.read_csv(table, infer_schema_length=0)
    ids = frame["unique_id"].to_list()
    start = time.perf_counter()
    found = goldenmatch.dedupe_df(
        frame.drop("unique_id"), confidence_required=False, allow_red_config=True, llm_auto=False
    )
    seconds = time.perf_counter() - start
    group = list(range(len(ids)))
    for number, cluster in found.clusters.items():
        for member in cluster["members"]:
            group[member] = len(ids) + int(number)
    pd.DataFrame({"unique_id": ids, "group": group}).to_csv(groups, index=False)
    sys.stdout.write("\n" + json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
