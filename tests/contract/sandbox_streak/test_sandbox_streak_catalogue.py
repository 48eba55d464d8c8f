"""Users, teams, pipelines, stages, field definitions."""

import pytest


def test_the_team_has_its_members_and_custom_fields(place):
    mine = place.get("/v2/users/me/teams")
    assert mine == {"results": [place.get(f"/v2/teams/{place.team}")], "hasNextPage": False}
    team = mine["results"][0]
    assert team["name"] == "Northwind Robotics"
    assert team["organizationSettings"]["fields"]["1001"]["name"] == "Customer number"
    assert place.get(f"/v2/teams/{place.team}/users")["results"] == team["members"]
    assert [place.get(f"/v1/users/{m['key']}") for m in team["members"]] == team["members"]
    assert place.streak.get("/v2/teams/other").status_code == 404
    assert place.streak.get("/v1/users/other").status_code == 404


def test_pipelines_are_an_array_in_version_1_and_an_envelope_in_version_2(place):
    old, new = place.get("/v1/pipelines"), place.get("/v2/pipelines")
    assert [p["name"] for p in old] == ["Sales", "Renewals"]
    assert [p["pipelineKey"] for p in old] == [p["key"] for p in old]
    assert new == {
        "results": [{k: v for k, v in p.items() if k != "pipelineKey"} for p in old],
        "hasNextPage": False,
    }
    assert place.get("/v2/pipelines", limit=1)["hasNextPage"] is True
    assert place.get(f"/v1/pipelines/{place.sales}") == old[0]
    assert place.get(f"/v2/pipelines/{place.sales}") == new["results"][0]


def test_stages_are_an_object_in_order_with_counts(place):
    for version in ("v1", "v2"):
        stages = place.get(f"/{version}/pipelines/{place.sales}/stages")
        assert [s["name"] for s in stages.values()] == [
            "Lead", "Qualified", "Proposal", "Negotiation", "Closed-Won", "Closed-Lost",
        ]  # fmt: skip
        assert all(key == stage["key"] for key, stage in stages.items())
        assert stages["5006"]["boxCount"] == 2
    assert place.get(f"/v1/pipelines/{place.sales}")["stageOrder"] == list(stages)


def test_options_have_a_name_and_tags_a_tag(place):
    fields = {f["name"]: f for f in place.get(f"/v1/pipelines/{place.sales}/fields")}
    assert fields["Tier"]["dropdownSettings"]["items"][0] == {"key": "9001", "name": "Gold"}
    assert fields["Labels"]["tagSettings"]["tags"][0] == {"key": "9001", "tag": "urgent"}
    tier = fields["Tier"]["key"]
    assert place.get(f"/v1/pipelines/{place.sales}/fields/{tier}") == fields["Tier"]
    assert place.streak.get(f"/v1/pipelines/{place.sales}/fields/9999").status_code == 404


def test_a_new_stage_is_the_last(place):
    made = place.post(f"/v2/pipelines/{place.sales}/stages", {"name": "On hold"})
    assert place.get(f"/v2/pipelines/{place.sales}")["stageOrder"][-1] == made["key"]
    assert place.streak.post(f"/v2/pipelines/{place.sales}/stages", json={}).status_code == 400


def test_options_replace_the_list_unless_they_are_only_added(place):
    tier = place.field_keys()["Tier"]
    path = f"/v1/pipelines/{place.sales}/fields/{tier}"
    wish = {"dropdownSettings": {"items": [{"name": "Platinum"}]}}
    added = place.post(path, wish, addOnly="true")["dropdownSettings"]["items"]
    assert [o["name"] for o in added] == ["Gold", "Silver", "Bronze", "Platinum"]
    assert len({o["key"] for o in added}) == 4
    replaced = place.post(path, wish)["dropdownSettings"]["items"]
    assert [o["name"] for o in replaced] == ["Platinum"]


def test_a_dropped_field_takes_its_values_along(place):
    quantity = place.field_keys()["Quantity"]
    assert place.streak.delete(f"/v1/pipelines/{place.sales}/fields/{quantity}").json() == {"success": True}
    assert quantity not in place.box()["fields"]


def test_a_new_field_gets_its_own_key_and_keyed_options(place):
    wish = {"name": "Region", "type": "DROPDOWN", "dropdownSettings": {"items": [{"name": "West"}]}}
    made = place.post(f"/v2/pipelines/{place.sales}/fields", wish)
    assert made["key"] == "1018"
    assert made["dropdownSettings"]["items"][0]["name"] == "West"
    assert place.field_keys()["Region"] == "1018"


@pytest.mark.parametrize(
    "wish",
    [
        {"name": "x", "type": "NUMBER"},
        {"type": "DATE"},
        {"name": "x", "type": "TAG", "tagSettings": {"tags": "a"}},
    ],
    ids=str,
)
def test_bad_field_definitions_are_refused(place, wish):
    assert place.streak.post(f"/v2/pipelines/{place.sales}/fields", json=wish).status_code == 400
