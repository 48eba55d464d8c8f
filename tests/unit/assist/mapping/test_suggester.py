"""The suggester proposes with reasons, keeps what people made, learns from them, and stays silent when unsure."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assist.mapping import standard
from assist.mapping.catalogue import Catalogue, Field, FieldType
from assist.mapping.memory import Memory, decide
from assist.mapping.settings import SuggesterSettings
from assist.mapping.suggester import Suggester
from assist.mapping.suggestion import Band

Deal = Callable[..., Catalogue]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def chosen(suggester: Suggester, sources: Catalogue, record: str) -> dict[str, str | None]:
    return {
        one.source.title: one.chosen.target.id if one.chosen else None
        for one in suggester.suggest(sources, standard.target(record))
    }


def test_labels_of_numbered_fields_find_their_targets(suggester: Suggester, deal: Deal) -> None:
    sources = deal("PO #", "Payment terms", "Ship method", "Customer", "Currency", "Stage")
    assert chosen(suggester, sources, "salesorder") == {
        "PO #": "otherrefnum",
        "Payment terms": "terms",
        "Ship method": "shipmethod",
        "Customer": "entity",
        "Currency": "currency",
        "Stage": "orderstatus",
    }


def test_a_field_without_a_counterpart_gets_no_suggestion(suggester: Suggester, deal: Deal) -> None:
    (told,) = suggester.suggest(deal("Zodiac sign of the buyer"), standard.target("salesorder"))
    assert told.chosen is None
    assert told.band is Band.ABSTAIN
    assert told.candidates


def test_each_target_is_given_to_one_source(suggester: Suggester, deal: Deal) -> None:
    targets = standard.target("customer")
    told = suggester.suggest(deal("E-mail", "Email address", "Mail", "Phone", "Telephone"), targets)
    given = [one.chosen.target.id for one in told if one.chosen]
    assert len(given) == len(set(given))


def test_billing_and_shipping_are_told_apart(suggester: Suggester, deal: Deal) -> None:
    found = chosen(suggester, deal("Billing city", "Shipping city"), "salesorder")
    assert found == {"Billing city": "billcity", "Shipping city": "shipcity"}


def test_every_candidate_has_reasons_in_words(suggester: Suggester, deal: Deal) -> None:
    (told,) = suggester.suggest(deal("PO #"), standard.target("salesorder"))
    assert told.chosen is not None
    assert "names" in {one.compared for one in told.chosen.reasons}
    assert all(one.seen and one.weight for one in told.chosen.reasons)
    assert list(told.chosen.reasons) == sorted(told.chosen.reasons, key=lambda one: -abs(one.weight))
    assert len(told.candidates) == SuggesterSettings().top_k


def test_the_opposite_sense_is_warned_of(suggester: Suggester) -> None:
    sources = Catalogue(system="CRM", fields=[Field(record="Account", id="IsActive")])
    (told,) = suggester.suggest(sources, standard.target("customer"))
    inactive = next(one for one in told.candidates if one.target.id == "isinactive")
    assert any("opposite" in warning for warning in inactive.warnings)


def test_types_that_do_not_fit_are_warned_of(suggester: Suggester, deal: Deal) -> None:
    (told,) = suggester.suggest(deal(("Due date", FieldType.CHECKBOX)), standard.target("invoice"))
    due = next(one for one in told.candidates if one.target.id == "duedate")
    assert any("transform" in warning for warning in due.warnings)


def test_a_hand_made_mapping_is_left_alone(suggester: Suggester, deal: Deal) -> None:
    sources, targets = deal("Terms", "Payment terms"), standard.target("salesorder")
    made = (("Deals", "1001"), ("salesorder", "terms"))
    told = suggester.suggest(sources, targets, mapped=[made])
    assert [one.source.title for one in told] == ["Payment terms"]
    assert told[0].chosen is None or told[0].chosen.target.id != "terms"


def test_a_rejected_pair_sinks_and_an_accepted_one_rises(suggester: Suggester, deal: Deal) -> None:
    sources, targets = deal("Customer ref"), standard.target("salesorder")
    before = suggester.chances(sources, targets)[0]
    ids = [one.id for one in targets]
    wrong, right = int(before.argmax()), ids.index("otherrefnum")
    assert wrong != right
    memory = Memory(
        (
            decide(sources.fields[0], targets.fields[wrong], accepted=False, by="ana", at=NOON),
            decide(sources.fields[0], targets.fields[right], accepted=True, by="ana", at=NOON),
        )
    )
    after = suggester.chances(sources, targets, memory=memory)[0]
    assert after[right] > before[right]
    assert after[wrong] < before[wrong]
    assert int(after.argmax()) == right


def test_values_seen_on_both_sides_bind_fields_whose_names_say_nothing(suggester: Suggester) -> None:
    towns, codes = ["Oslo", "Bergen", "Lima", "Quito", "Rome"] * 8, ["A-17", "B-22", "C-31", "D-48"] * 10
    sources = [
        Field(record="t", id="c1", samples=towns),
        Field(record="t", id="c2", samples=codes),
    ]
    targets = [
        Field(record="u", id="k8", samples=codes[::-1]),
        Field(record="u", id="k9", samples=towns[::-1]),
    ]
    told = suggester.suggest(Catalogue(system="a", fields=sources), Catalogue(system="b", fields=targets))
    assert [one.candidates[0].target.id for one in told] == ["k9", "k8"]
    assert all("Oslo" not in reason.seen for one in told[0].candidates for reason in one.reasons)


def test_empty_catalogues_give_no_suggestions(suggester: Suggester, deal: Deal) -> None:
    nothing = Catalogue(system="x", fields=[])
    assert suggester.suggest(nothing, standard.target("item")) == []
    (told,) = suggester.suggest(deal("Name"), nothing)
    assert (told.chosen, told.band, told.candidates) == (None, Band.ABSTAIN, ())


@given(ids=st.lists(st.text(max_size=40), min_size=1, max_size=4, unique=True), label=st.text(max_size=60))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_name_crashes_the_suggester(suggester: Suggester, ids: list[str], label: str) -> None:
    sources = Catalogue(system="x", fields=[Field(record=label, id=one, label=label) for one in ids])
    for one in suggester.suggest(sources, standard.target("contact")):
        assert 0 <= one.probability <= 1


def test_thresholds_that_cross_are_refused() -> None:
    with pytest.raises(ValueError, match="must rise"):
        SuggesterSettings(suggest_from=0.2, review_from=0.5)
