"""What makes the registered webhooks equal to the wanted ones."""

from streak_netsuite.sync.registration import (
    Registration,
    ScopeKind,
    WantedWebhook,
    WebhookPlan,
    WebhookScope,
    plan_webhooks,
    receiver_prefix,
    token_mark,
    wanted_webhooks,
)

SALES = WebhookScope(kind=ScopeKind.PIPELINE, key="p1", name="Sales")
OTHER = WebhookScope(kind=ScopeKind.PIPELINE, key="p2", name="Renewals")
TEAM = WebhookScope(kind=ScopeKind.TEAM, key="p1")  # the same key in another kind of scope
URL = "https://airflow.example.com/streak-netsuite"
NEW, OLD = "the-new-token-0123456789", "the-old-token-0123456789"


def wanted(*events: str, scope: WebhookScope = SALES, token: str = NEW) -> list[WantedWebhook]:
    return wanted_webhooks([(event, scope) for event in events], public_url=URL, token=token)


def registered(one: WantedWebhook, key: str = "w1", **changes: object) -> Registration:
    values = {"event": one.event, "scope": one.scope, "target_url": one.target_url, **changes}
    return Registration(key=key, **values)  # type: ignore[arg-type]


def plan(want: list[WantedWebhook], have: list[Registration], *former: str) -> WebhookPlan:
    return plan_webhooks(want, have, own_prefixes=[receiver_prefix(url) for url in (URL, *former)])


def test_the_address_names_the_event_and_not_the_token() -> None:
    (one,) = wanted("BOX_EDIT")
    assert one.target_url == f"{URL}/webhooks/streak/BOX_EDIT?token={token_mark(NEW)}"
    assert NEW not in one.target_url
    assert token_mark(NEW) != token_mark(OLD)


def test_nothing_is_done_when_all_is_as_wanted() -> None:
    want = wanted("BOX_EDIT", "BOX_CREATE")
    have = [registered(w, key=str(n)) for n, w in enumerate(want)]
    found = plan(want, have)
    assert found.is_done
    assert found.keep == tuple(have)


def test_what_is_missing_is_registered() -> None:
    create, edit = wanted("BOX_CREATE", "BOX_EDIT")
    assert plan([create, edit], [registered(edit)]).create == (create,)


def test_an_older_token_is_renewed_in_place() -> None:
    (new,), (old,) = wanted("BOX_EDIT"), wanted("BOX_EDIT", token=OLD)
    have = registered(old)
    assert plan([new], [have]) == WebhookPlan(change=((have, new),))


def test_what_nothing_wants_is_removed() -> None:
    (edit,), (other,) = wanted("BOX_EDIT"), wanted("BOX_EDIT", scope=OTHER)
    have = [registered(edit), registered(other, key="w2")]
    assert plan([edit], have).remove == ((have[1], "nothing wants it"),)


def test_one_that_is_there_twice_is_removed_once() -> None:
    (edit,), (old,) = wanted("BOX_EDIT"), wanted("BOX_EDIT", token=OLD)
    have = [registered(old, key="w1"), registered(edit, key="w2"), registered(edit, key="w3")]
    found = plan([edit], have)
    assert found.keep == (have[1],)
    assert {one.key for one, reason in found.remove if reason == "it is there twice"} == {"w1", "w3"}


def test_webhooks_that_lead_elsewhere_are_left_alone() -> None:
    (edit,) = wanted("BOX_EDIT")
    elsewhere = registered(edit, target_url="https://zapier.example/webhooks/streak/BOX_EDIT")
    assert plan([edit], [elsewhere]) == WebhookPlan(create=(edit,), foreign=(elsewhere,))


def test_a_former_address_of_ours_is_moved() -> None:
    (edit,) = wanted("BOX_EDIT")
    old = "https://old.example.com/sn"
    have = registered(edit, target_url=f"{old}/webhooks/streak/BOX_EDIT")
    assert plan([edit], [have], old) == WebhookPlan(change=((have, edit),))


def test_a_scope_is_its_kind_and_its_key() -> None:
    (edit,), (of_team,) = wanted("BOX_EDIT"), wanted("BOX_EDIT", scope=TEAM)
    have = registered(of_team)
    found = plan([edit], [have])
    assert (found.create, found.remove) == ((edit,), ((have, "nothing wants it"),))
