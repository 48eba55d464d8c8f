"""How long suggestions for 500 source fields among 500 target fields take on one core, reasons included."""

import time
from collections.abc import Callable, Iterator

from matching_peers import by_tfidf
from measurement import Measurement, median
from threadpoolctl import threadpool_limits

from assist.mapping import standard
from assist.mapping.catalogue import Catalogue, Field
from assist.mapping.evaluation import Case
from assist.mapping.suggester import Suggester

SIZE = 500
RUNS = 5
LIMIT_SECONDS = 2.0


def measure() -> list[Measurement]:
    """Suggest in a warm process; the median counts. TF-IDF alone is timed beside it."""
    sources, targets = _sources(), _targets()
    suggester = Suggester()
    with threadpool_limits(limits=1):
        ours = median([_seconds(lambda: suggester.suggest(sources, targets)) for _ in range(RUNS)])
        case = Case(system="", sources=sources, targets=targets, truth=())
        tfidf = median([_seconds(lambda: by_tfidf([case])) for _ in range(RUNS)])
    return [
        _row("mapping_500x500", ours, "allowed", LIMIT_SECONDS, "<= 1"),
        _row("mapping_500x500 beside tf-idf", ours, "tf-idf scores alone", tfidf, ""),
    ]


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _targets() -> Catalogue:
    """An account's sales order: the standard fields and custom ones up to the size."""
    fields = list(standard.target("salesorder"))
    custom = [
        Field(record=one.record, id=f"custbody_{one.id}_2", label=f"{one.title} (second)", type=one.type)
        for one in fields
    ]
    return Catalogue(system="NetSuite", fields=[*fields, *custom][:SIZE])


def _sources() -> Catalogue:
    return Catalogue(system="CRM", fields=list(_made_up())[:SIZE])


def _made_up() -> Iterator[Field]:
    """Fields named by people after all kinds of standard fields."""
    for record in ("salesorder", "customer", "item"):
        for one in standard.target(record):
            yield Field(
                record="Deal", id=f"{record}_{one.id}", label=f"{one.title} of {record}", type=one.type
            )


def _row(name: str, seconds: float, reference: str, reference_value: float, wanted: str) -> Measurement:
    return Measurement(
        name=name, value=seconds, unit="s", reference=reference, reference_value=reference_value,
        ratio=seconds / reference_value, wanted=wanted,
    )  # fmt: skip
