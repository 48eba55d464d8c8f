"""Names that change in Streak are reported before records fail for them."""

from typing import Any

from streak_netsuite.flows.drift import DriftReport

World = Any


def look(world: World) -> DriftReport:
    with world.product() as product:
        return product.drift_watch().run()


def open_holds(world: World) -> list[Any]:
    with world.ledger() as ledger:
        return list(ledger.list_holds(open_only=True, limit=10))


def pipeline(world: World) -> str:
    return str(world.info["streak"]["pipelines"]["Sales"])


def rename_stage(world: World, old: str, new: str) -> None:
    stages = world.streak.get(f"v1/pipelines/{pipeline(world)}/stages").json()
    key = next(key for key, stage in stages.items() if stage["name"] == old)
    path = f"v2/pipelines/{pipeline(world)}/stages/{key}"
    world.streak.post(path, json={"name": new}).raise_for_status()


def change_field(world: World, name: str, body: dict[str, Any]) -> None:
    path = f"v1/pipelines/{pipeline(world)}/fields/{world.field_key(name)}"
    world.streak.post(path, json=body).raise_for_status()


def test_the_seeded_pipeline_and_the_shipped_mapping_fit(world: World) -> None:
    assert look(world) == DriftReport()
    assert open_holds(world) == []


def test_a_renamed_stage_is_reported_before_any_deal_is_passed_over(world: World) -> None:
    look(world)
    rename_stage(world, "Closed-Won", "Won!")
    report = look(world)
    assert [m.message for m in report.misfits] == [
        "stage 'Closed-Won' of pipeline 'Sales' was renamed 'Won!'"
    ]
    (hold,) = open_holds(world)
    assert (hold.code, hold.record.id) == ("DRIFT", pipeline(world))
    assert "write 'Won!' in the mapping" in hold.fix


def test_a_renaming_is_still_told_from_a_removal_the_next_day(world: World) -> None:
    look(world)
    rename_stage(world, "Closed-Won", "Won!")
    first, second = look(world), look(world)
    assert first.misfits == second.misfits
    assert (len(first.changes), second.changes) == (1, ())
    (hold,) = open_holds(world)
    assert hold.times == 2


def test_the_hold_closes_by_itself_when_the_name_is_back(world: World) -> None:
    look(world)
    rename_stage(world, "Closed-Won", "Won!")
    look(world)
    rename_stage(world, "Won!", "Closed-Won")
    assert look(world).misfits == ()
    assert open_holds(world) == []
    assert look(world) == DriftReport()


def test_a_dropdown_option_that_was_removed_or_renamed_is_reported(world: World) -> None:
    look(world)
    options = [{"key": "9001", "name": "Platinum"}, {"key": "9002", "name": "Silver"}]
    change_field(world, "Tier", {"dropdownSettings": {"items": options}})
    report = look(world)
    assert [m.message for m in report.misfits] == [
        "option 'Platinum' of field 'Tier' has no entry in the lookup 'tier'"
    ]
    assert "option of Sales / Tier 'Gold' was renamed 'Platinum'" in report.changes
    assert any("'Bronze' was removed" in change for change in report.changes)


def test_a_field_that_was_renamed_is_named_and_one_that_was_added_is_told(world: World) -> None:
    look(world)
    change_field(world, "Quantity", {"name": "How many"})
    body = {"name": "Colour", "type": "TEXT_INPUT"}
    world.streak.post(f"v2/pipelines/{pipeline(world)}/fields", json=body).raise_for_status()
    report = look(world)
    assert [m.message for m in report.misfits] == [
        "field 'Quantity' of pipeline 'Sales' was renamed 'How many'"
    ]
    assert "field of Sales 'Colour' was added" in report.changes


def test_a_field_of_the_write_back_is_needed_too(world: World) -> None:
    look(world)
    key = world.field_key("NetSuite order")
    world.streak.delete(f"v1/pipelines/{pipeline(world)}/fields/{key}").raise_for_status()
    (misfit,) = look(world).misfits
    assert misfit.message == "field 'NetSuite order' of pipeline 'Sales' was removed"


def test_looking_keeps_nothing(world: World) -> None:
    look(world)
    rename_stage(world, "Closed-Won", "Won!")
    with world.product() as product:
        assert len(product.drift_watch().look().changes) == 1
        assert len(product.drift_watch().look().changes) == 1
    assert open_holds(world) == []


def test_the_hold_of_a_renamed_pipeline_closes_when_the_name_is_back(world: World) -> None:
    look(world)
    path = f"v2/pipelines/{pipeline(world)}"
    world.streak.post(path, json={"name": "Deals"}).raise_for_status()
    assert "pipeline 'Sales' was renamed 'Deals'" in [m.message for m in look(world).misfits]
    assert [hold.record.id for hold in open_holds(world)] == [pipeline(world)]
    world.streak.post(path, json={"name": "Sales"}).raise_for_status()
    assert look(world).misfits == ()
    assert open_holds(world) == []
