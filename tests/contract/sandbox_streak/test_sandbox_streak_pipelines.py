"""A pipeline is made and changed as a whole, or refused and left as it was."""

import pytest


@pytest.mark.parametrize(
    "change",
    [
        {"fields": ["Depot"]},
        {"fields": "Depot"},
        {"fields": [{"name": "Depot", "type": "NUMBER"}]},
        {"fields": [{"name": "Depot", "type": "TEXT_INPUT"}, {"name": "", "type": "TEXT_INPUT"}]},
        {"stages": []},
        {"stages": "New"},
        {"stages": None},
        {"name": ""},
    ],
    ids=str,
)
def test_a_refused_pipeline_is_not_there(place, change):
    before = place.get("/v1/pipelines")
    body = {"name": "Support", "teamKey": place.team, "stages": ["New"], **change}
    assert place.streak.post("/v2/pipelines", json=body).status_code == 400
    assert place.get("/v1/pipelines") == before


def test_a_pipeline_of_an_unknown_team_is_not_found(place):
    body = {"name": "Support", "teamKey": "agxUnknown", "stages": ["New"]}
    assert place.streak.post("/v2/pipelines", json=body).status_code == 404


def test_a_pipeline_is_made_with_its_fields(place):
    field = {"name": "Size", "type": "DROPDOWN", "dropdownSettings": {"items": [{"name": "Big"}]}}
    body = {"name": "Support", "teamKey": place.team, "stages": ["New"], "fields": [field]}
    made = place.post("/v2/pipelines", body)
    (shown,) = place.get(f"/v1/pipelines/{made['key']}/fields")
    assert shown["dropdownSettings"]["items"] == [{"key": "9001", "name": "Big"}]


@pytest.mark.parametrize("order", [5, "5001", ["5001"], {"5001": 1}, [5001, None]], ids=str)
def test_an_order_that_does_not_name_every_stage_once_is_refused(place, order):
    before = place.get(f"/v2/pipelines/{place.sales}")
    refused = place.streak.post(f"/v2/pipelines/{place.sales}", json={"name": "Other", "stageOrder": order})
    assert refused.status_code == 400
    assert place.get(f"/v2/pipelines/{place.sales}") == before
