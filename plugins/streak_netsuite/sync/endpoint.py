"""How long a SuiteTalk endpoint lives. Source: Oracle's table of 2026-11 (article_2104046421).

Oracle's pages contradict each other on when only 2025.2 stays supported (2027.1 in a banner, 2027.2 in the
table); the table is taken here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# The release with which an endpoint is no longer supported, and the one with which it is gone.
_ENDS: Mapping[str, tuple[str, str]] = {
    "2023_2": ("2026.2", "2028.2"),
    "2024_1": ("2027.1", "2028.2"),
    "2024_2": ("2027.2", "2028.2"),
    "2025_1": ("2027.2", "2028.2"),
    "2025_2": ("2028.2", "2028.2"),
}
_GONE = ("an earlier release", "2028.2")
LAST_ENDPOINT = "2025_2"


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointLife:
    """Until when an endpoint may be used; releases as Oracle counts them ("2027.2")."""

    version: str
    unsupported_from: str
    gone_with: str

    @property
    def advice(self) -> str:
        """What to do about it, or "" while there is nothing to do."""
        if self.version == LAST_ENDPOINT:
            return ""
        return (
            f"endpoint {self.version} is not supported from NetSuite {self.unsupported_from} on; "
            f"set 'endpoint_version' of the NetSuite connection to {LAST_ENDPOINT}"
        )


def endpoint_life(version: str) -> EndpointLife:
    """Return until when an endpoint version may be used."""
    unsupported, gone = _ENDS.get(version, _GONE)
    return EndpointLife(version=version, unsupported_from=unsupported, gone_with=gone)
