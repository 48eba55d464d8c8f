"""Groups a table by splink without labels: `python splink_peer.py table.csv groups.csv`."""

import json
import sys
import time

import pandas as pd
import splink.comparison_library as cl
from peer_columns import blocked, compared, few_valued
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

PRIOR_RULES, TRAINING_RULES = 2, 3


def main(table: str, groups: str) -> None:
    """Compare columns by Jaro-Winkler, block on rare values, train, predict, cluster."""
    frame = pd.read_csv(table, dtype=str)
    columns = compared(frame)
    few = few_valued(frame, columns)
    rules = [block_on(*names) for names in blocked(frame, columns)]
    start = time.perf_counter()
    comparisons = [
        cl.ExactMatch(name) if name in few else cl.JaroWinklerAtThresholds(name, [0.92, 0.8])
        for name in columns
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
    linker = Linker(DuckDBAPI().register(frame), settings)
    linker.training.estimate_probability_two_random_records_match(rules[:PRIOR_RULES], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=7)
    for rule in rules[:TRAINING_RULES]:
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
