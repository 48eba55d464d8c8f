"""What is remembered of a vendor that does not let us work: one note for each, taken back by the flow that made it."""

from typing import Any

World = Any


def test_of_all_flows_that_are_refused_one_says_so(world: World) -> None:
    with world.product() as one, world.product() as other:
        said = [
            one.outages().begin("netsuite", "no permission", flow="deal_to_order"),
            other.outages().begin("netsuite", "no permission", flow="order_to_invoice"),
            one.outages().begin("netsuite", "no permission", flow="deal_to_order"),
        ]
    assert said == [True, False, False]


def test_each_vendor_has_a_note_of_its_own(world: World) -> None:
    with world.product() as product:
        outages = product.outages()
        assert outages.begin("netsuite", "token expired", flow="sweep")
        assert outages.begin("streak", "key unknown", flow="sweep")
        assert outages.end("streak", flow="sweep")
        assert not outages.begin("netsuite", "token expired", flow="sweep")


def test_only_the_flow_that_was_refused_takes_its_note_back(world: World) -> None:
    """Reading is allowed, writing is not: each success of a reading flow would make the next refusal news again."""
    with world.product() as product:
        outages = product.outages()
        outages.begin("netsuite", "may not create orders", flow="deal_to_order")
        assert not outages.end("netsuite", flow="status_to_streak")
        assert not outages.begin("netsuite", "may not create orders", flow="deal_to_order")
        assert outages.end("netsuite", flow="deal_to_order")
        assert not outages.end("netsuite", flow="deal_to_order")


def test_a_vendor_counts_as_working_only_when_it_was_asked(world: World) -> None:
    with world.product() as product:
        assert product.accepted_by == ()
        product.netsuite.server_time()
        assert product.accepted_by == ("netsuite",)
        product.streak.pipeline_key("Sales")
        assert product.accepted_by == ("streak", "netsuite")
