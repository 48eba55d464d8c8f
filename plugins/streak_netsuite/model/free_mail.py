"""Mail domains under which anybody may have an address: they tell no firm from another."""

from functools import cache
from importlib import resources


@cache
def free_mail() -> frozenset[str]:
    """Return the shipped list of such domains, in lower case."""
    text = (resources.files("streak_netsuite.model") / "free_mail.txt").read_text(encoding="utf-8")
    return frozenset(" ".join(line for line in text.splitlines() if not line.startswith("#")).split())
