"""What holds for every operator, read from its source: importing one would start Airflow."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "plugins" / "streak_netsuite" / "operators"
DOOR = "deal_to_order.py"  # FlowOperator lives here


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_an_outage_is_one_alert_over_all_operators(path: Path) -> None:
    """Whoever opens the product beside `FlowOperator.working` fails every run while credentials are refused."""
    assert path.read_text(encoding="utf-8").count("product.open(") == (path.name == DOOR)
