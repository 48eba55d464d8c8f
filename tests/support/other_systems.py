"""The cases of systems that nothing was made from, as one reads them."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from assist.mapping.evaluation import Case, cases

_FILE = Path(__file__).parents[1] / "assist" / "other_systems.yaml"


def other_cases() -> Sequence[Case]:
    """Return a case for each of their records; see the file for where the names are from."""
    written = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return cases(
        {
            "source_system": system,
            "source_entity": block.partition(" > ")[0],
            "source_field": source,
            "source_label": "",
            "target_entity": block.partition(" > ")[2],
            "target_field": target,
        }
        for system, blocks in written.items()
        for block, pairs in blocks.items()
        for source, target in pairs.items()
    )
