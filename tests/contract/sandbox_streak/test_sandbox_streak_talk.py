"""Comments, tasks and meetings."""

import pytest


def test_comments_are_listed_without_pages_and_counted(place):
    box = place.box()["key"]
    made = place.post(f"/v2/boxes/{box}/comments", {"message": "Order SO1009", "timestamp": 1})
    assert made["timestamp"] > 1
    assert "creationDate" not in made
    assert place.get(f"/v2/boxes/{box}/comments") == {"results": [made], "hasNextPage": False}
    assert place.box()["commentCount"] == 1
    edited = place.post(f"/v2/comments/{made['key']}", {"message": "Changed", "creatorKey": "x"})
    assert (edited["message"], edited["creatorKey"]) == ("Changed", made["creatorKey"])
    assert place.streak.delete(f"/v2/comments/{made['key']}").json() == {"success": True}
    assert place.streak.get(f"/v2/comments/{made['key']}").status_code == 404
    assert place.box()["commentCount"] == 0


def test_a_task_without_assignee_is_the_creators_and_minus_one_is_no_date(place):
    box = place.box()["key"]
    made = place.post(f"/v2/boxes/{box}/tasks", {"text": "Call", "dueDate": -1})
    assert made["status"] == "NOT_DONE"
    assert made["assignedTo"][0]["userKey"] == made["creatorKey"]
    assert "dueDate" not in made
    assert place.get(f"/v2/boxes/{box}/tasks", limit=1) == {"results": [made], "hasNextPage": False}
    assert place.box()["taskIncompleteCount"] == 1
    place.post(f"/v2/tasks/{made['key']}", {"status": "DONE"})
    counts = place.box()
    assert (counts["taskTotal"], counts["taskCompleteCount"], counts["taskIncompleteCount"]) == (1, 1, 0)
    assert place.streak.post(f"/v2/tasks/{made['key']}", json={"status": "MAYBE"}).status_code == 400


def test_a_meeting_is_taken_as_json_and_as_form(place):
    box = place.box()["key"]
    wish = {"meetingType": "MEETING_NOTES", "startTimestamp": 1_767_225_600_000, "notes": "Paid"}
    path = f"/v2/boxes/{box}/meetings"
    as_json, as_form = place.post(path, wish), place.streak.post(path, data=wish).json()
    changing = {"key", "creationDate", "lastSavedTimestamp"}
    assert {k: v for k, v in as_json.items() if k not in changing} == {
        k: v for k, v in as_form.items() if k not in changing
    }
    assert place.box()["meetingNotesCount"] == 2
    assert place.post(f"/v2/meetings/{as_json['key']}", {"notes": "x"})["notes"] == "x"
    assert place.streak.post(f"/v2/meetings/{as_json['key']}", data={"notes": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("comments", {}),
        ("comments", {"message": {"a": 1}}),
        ("tasks", {"text": ""}),
        ("meetings", {"meetingType": "LUNCH", "startTimestamp": 1}),
        ("meetings", {"meetingType": "CALL_LOG"}),
    ],
    ids=str,
)
def test_what_lacks_its_content_is_missing_parameters(place, kind, body):
    answer = place.streak.post(f"/v2/boxes/{place.box()['key']}/{kind}", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "Missing parameters")


@pytest.mark.parametrize("kind", ["comments", "tasks", "meetings"])
def test_nothing_is_said_in_an_unknown_box(place, kind):
    assert place.streak.get(f"/v2/boxes/unknown/{kind}").status_code == 404
    assert place.streak.post(f"/v2/boxes/unknown/{kind}", json={"message": "x"}).status_code == 404


def test_what_was_said_goes_with_its_box(place):
    box = place.box()["key"]
    made = place.post(f"/v2/boxes/{box}/comments", {"message": "x"})
    place.streak.delete(f"/v1/boxes/{box}")
    assert place.streak.get(f"/v2/comments/{made['key']}").status_code == 404
