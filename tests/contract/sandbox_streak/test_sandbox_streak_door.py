"""Who gets in, and how Streak says no."""

import httpx
import pytest


def test_the_key_is_taken_as_basic_user_name_with_any_password(place):
    key = place.info["streak"]["api_key"]
    for password in ("", "ignored", key):
        answer = httpx.get(f"{place.info['streak']['base_url']}/v1/users/me", auth=(key, password))
        assert answer.status_code == 200


def test_the_key_is_taken_as_bearer_token(place):
    headers = {"Authorization": f"Bearer {place.info['streak']['api_key']}"}
    answer = httpx.get(f"{place.info['streak']['base_url']}/v1/users/me", headers=headers)
    assert answer.json()["email"] == "ann@northwind-robotics.example"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer wrong",
        "Basic",
        "Basic d3Jvbmc6",
        "Basic not-base64!",
        "Basic /w==",
        "Digest x",
    ],
)
def test_without_the_right_key_every_path_answers_401(place, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    for path in ("/v1/users/me", "/v1/boxes/unknown", "/v1/nonsense"):
        answer = httpx.get(place.info["streak"]["base_url"] + path, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["success"] is False


def test_the_key_in_the_query_is_not_enough(place):
    url = f"{place.info['streak']['base_url']}/v1/users/me"
    assert httpx.get(url, params={"api_key": place.info["streak"]["api_key"]}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/boxes"),
        ("GET", "/v2/activities"),
        ("GET", "/v2/contacts"),
        ("PATCH", "/v1/boxes/x"),
        ("PUT", "/v1/boxes"),
    ],
)
def test_paths_and_verbs_that_streak_does_not_have_are_refused_as_json(place, method, path):
    answer = place.streak.request(method, path)
    assert (answer.status_code, answer.json()) == (
        404,
        {"success": False, "error": "Invalid API path specified"},
    )


def test_json_without_its_content_type_is_missing_parameters(place):
    path = f"/v2/teams/{place.team}/contacts"
    for headers in (
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ):
        answer = place.streak.post(path, content=b'{"givenName": "Zoe"}', headers=headers)
        assert (answer.status_code, answer.json()) == (400, {"error": "Missing parameters", "success": False})


def test_a_charset_beside_the_content_type_is_fine(place):
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = place.streak.post(
        f"/v2/teams/{place.team}/contacts", content=b'{"givenName": "Zoe"}', headers=headers
    )
    assert answer.json()["givenName"] == "Zoe"


@pytest.mark.parametrize("content", [b"{", b"[1]", b'"text"', b""])
def test_a_body_that_is_no_json_object_is_refused(place, content):
    headers = {"Content-Type": "application/json"}
    answer = place.streak.post(f"/v1/boxes/{place.box()['key']}", content=content, headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "-1"}, {"limit": "x"}, {"page": "-1"}, {"limit": "²"}]
)
def test_numbers_of_the_query_are_checked(place, query):
    assert place.streak.get(f"/v2/pipelines/{place.sales}/boxes", params=query).status_code == 400
    assert place.streak.get(f"/v2/teams/{place.team}/contacts", params={"limit": "0"}).status_code == 400


def test_above_the_rate_limit_calls_are_refused_with_retry_after(place):
    place.settings(requests_per_second=3, retry_after="2")
    answers = [place.streak.get("/v1/users/me") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "2"
    place.settings(retry_after="")
    assert "Retry-After" not in place.streak.get("/v1/users/me").headers


def test_latency_makes_every_call_slower(place):
    place.settings(latency_seconds=0.1)
    assert place.streak.get("/v1/users/me").elapsed.total_seconds() >= 0.1


def test_what_is_received_is_noted_without_credentials(place):
    place.post(f"/v1/boxes/{place.box()['key']}", {"notes": "hello"})
    noted = place.requests(system="streak", operation="boxes.update")[0]
    assert (noted["method"], noted["status"], noted["writes"], noted["fault"]) == ("POST", 200, True, "")
    assert noted["body"] == '{"notes":"hello"}'
    assert place.info["streak"]["api_key"] not in str(noted)
