"""Valentine's COMA judges cases from standard input; run in an environment of its own.

It looks at values too where NLTK's word lists are installed, else at names only.
"""

import json
import sys

import pandas as pd
from valentine import valentine_match
from valentine.algorithms import Coma


def _table(fields: list[dict]) -> pd.DataFrame:
    return pd.DataFrame({one["id"]: pd.Series(one["samples"], dtype="str") for one in fields})


def _scores(case: dict) -> list[list[float]]:
    tables = [_table(case[side]) for side in ("sources", "targets")]
    with_values = any(one["samples"] for one in case["sources"])
    try:
        found = valentine_match(tables, Coma(use_instances=with_values), df_names=["one", "other"])
    except LookupError:  # its look at values needs NLTK's word lists, which it would download
        found = valentine_match(tables, Coma(use_instances=False), df_names=["one", "other"])
    scores = {(pair.source_column, pair.target_column): score for pair, score in found.items()}
    return [
        [float(scores.get((one["id"], other["id"]), 0.0)) for other in case["targets"]]
        for one in case["sources"]
    ]


json.dump([_scores(case) for case in json.load(sys.stdin)], sys.stdout)
