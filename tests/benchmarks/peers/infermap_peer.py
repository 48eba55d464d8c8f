"""infermap judges cases from standard input; run in an environment of its own."""

import json
import sys

from infermap.engine import MapEngine
from infermap.types import FieldInfo, SchemaInfo


def _schema(fields: list[dict]) -> SchemaInfo:
    return SchemaInfo(
        fields=[
            FieldInfo(
                name=one["id"],
                sample_values=one["samples"],
                value_count=len(one["samples"]),
            )
            for one in fields
        ]
    )


def _scores(case: dict) -> list[list[float]]:
    engine = MapEngine(min_confidence=0.0, return_score_matrix=True)
    matrix = engine.map_schemas(_schema(case["sources"]), _schema(case["targets"])).score_matrix or {}
    return [
        [matrix.get(one["id"], {}).get(other["id"], 0.0) for other in case["targets"]]
        for one in case["sources"]
    ]


json.dump([_scores(case) for case in json.load(sys.stdin)], sys.stdout)
