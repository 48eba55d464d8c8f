"""Checks of the mapping file itself."""

from collections.abc import Iterator

from streak_netsuite.doctor.bench import Bench
from streak_netsuite.doctor.finding import Finding, ok, warn


def file(bench: Bench) -> Iterator[Finding]:
    """Whether the mapping can be read, and says from which day on deals make orders."""
    spec = bench.spec
    yield ok(f"{bench.mapping_file.name} ('{spec.name}') is fine")
    if spec.source.won_since is None:
        yield warn(
            "source.won_since is not set: an old won deal makes an order as soon as anybody edits it",
            "set source.won_since of the mapping to the day you go live",
        )
