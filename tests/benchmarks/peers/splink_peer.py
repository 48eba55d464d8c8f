"""Groups a table by splink without labels: `python splink_peer.py table.csv groups.csv`."""

import json
import sys
import time

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on


def main(table: str, groups: str) -> None:
    """Compare every column by Jaro-Winkler, block on each column and on beginnings, train, predict, cluster."""
    frame = pd.read_csv(table, dtype=str)
    columns = [name for name in frame.columns if name != "unique_id" and frame[name].nunique() > 1]
    few = [name for name in columns if frame[name].nunique() < 100]
    wordy = [name for name in columns if name not in few]
    start = time.perf_counter()
    comparisons = [
        cl.ExactMatch(name) if name in few else cl.JaroWinklerAtThresholds(name, [0.92, 0.8])
        for name in columns
    ]
    rare = [name for name in wordy if frame[name].nunique() > 0.05 * len(frame)]
    rules = [block_on(name) for name in rare] or [block_on(*wordy[:2])]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
    api = DuckDBAPI()
    linker = Linker(api.register(frame), settings)
    linker.training.estimate_probability_two_random_records_match(rules[:2], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=7)
    for rule in rules[:3]:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_probability=0.5)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.95).as_pandas_dataframe()
    seconds = time.perf_counter() - start
    found.rename(columns={"cluster_id": "group"})[["unique_id", "group"]].astype(str).assign(
        unique_id=lambda one: one["unique_id"].astype(int)
    ).to_csv(groups, index=False)
    sys.stdout.write(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
