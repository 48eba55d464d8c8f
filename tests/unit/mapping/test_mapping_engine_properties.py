from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streak_netsuite.errors import MappingError
from streak_netsuite.mapping.engine import Engine
from streak_netsuite.model.deal import Deal, Party

FIELDS = [
    "Product", "Quantity", "Unit price", "Currency", "PO number", "Requested ship date", "Rush order", "Tier", "Labels",
    "Account manager", "Buyer", "Reseller", "Deal size", "Ship to", "Competitor count",
]  # fmt: skip
moments = st.datetimes(timezones=st.just(UTC))
values = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["Atlas Arm", "USD", "Gold", "12,5", "0", "-1", "x" * 400]),
    st.booleans(),
    st.decimals(),
    moments,
    st.lists(st.text(max_size=10), max_size=3).map(tuple),
)
texts = st.lists(st.text(max_size=40), max_size=2).map(tuple)
parties = st.builds(
    Party, key=st.text(max_size=5), name=st.text(max_size=100), given_name=st.text(max_size=5), family_name=st.text(max_size=5),
    emails=texts, phones=texts, domains=texts, addresses=texts,
)  # fmt: skip
deals = st.builds(
    Deal,
    key=st.just("box-1"),
    name=st.text(max_size=1100),
    version=st.just("1"),
    pipeline_key=st.just("p"),
    pipeline=st.just("Sales"),
    stage=st.text(max_size=10),
    created_at=moments,
    notes=st.text(max_size=400),
    fields=st.dictionaries(st.sampled_from(FIELDS), values),
    organizations=st.lists(parties, max_size=2).map(tuple),
    contacts=st.lists(parties, max_size=2).map(tuple),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(deals)
def test_no_deal_breaks_the_engine(shipped_engine: Engine, deal: Deal) -> None:
    mapped = shipped_engine.map(deal)
    assert all(isinstance(fault, MappingError) and fault.field and fault.fix for fault in mapped.faults)
    assert mapped.blocking or (mapped.customer is not None and mapped.order is not None)
    assert shipped_engine.wanted_lookups(deal) == shipped_engine.wanted_lookups(deal)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=1200))
def test_a_clipped_memo_is_the_beginning_of_the_name(
    shipped_engine: Engine, a_deal: Callable[..., Any], name: str
) -> None:
    order = shipped_engine.map(a_deal(name=name, created_at=datetime(2026, 1, 1, tzinfo=UTC))).order
    assert order is not None
    assert len(order.memo) <= 999
