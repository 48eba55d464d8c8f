"""Account ids in the form each place wants."""

import json
from pathlib import Path

import pytest

from streak_netsuite.connections import ConnectionParts, netsuite_settings
from streak_netsuite.connectors.netsuite.account import AccountId
from streak_netsuite.errors import ConfigurationError

KEYS = {"consumer_key": "k", "consumer_secret": "s", "token_id": "t", "token_secret": "u"}


@pytest.mark.parametrize(
    "text",
    [
        "1234567_SB1",
        "1234567-sb1",
        "1234567_sb1",
        " 1234567-SB1 ",
        "https://1234567-sb1.app.netsuite.com",
        "https://1234567-sb1.app.netsuite.com/app/center/card.nl?sc=-29",
        "1234567-sb1.app.netsuite.com",
        "1234567-sb1.suitetalk.api.netsuite.com",
        "https://1234567-sb1.suitetalk.api.netsuite.com:443/services/NetSuitePort_2025_2",
        " HTTPS://1234567-SB1.RESTLETS.API.NETSUITE.COM/ ",
    ],
)
def test_any_form_gives_realm_and_host(text: str) -> None:
    account = AccountId(text)
    assert account.realm == "1234567_SB1"
    assert account.base_url == "https://1234567-sb1.suitetalk.api.netsuite.com"
    assert account.is_sandbox


def test_a_production_account_is_no_sandbox() -> None:
    assert not AccountId("1234567").is_sandbox


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12 34",
        "a/b",
        "https://1234567.example.com",
        "https://system.netsuite.com",
        "https://1234567.app.netsuite.com.example.com/",
        "https://app.netsuite.com",
    ],
)
def test_what_is_no_account_id_is_named(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a NetSuite account id"):
        AccountId(text)


def test_fields_left_empty_in_a_connection_form_keep_their_defaults() -> None:
    text = (
        '{"login": "1234567", "extra": {"concurrency": null, "account_time_zone": "", "consumer_key": "k", '
    )
    text += '"consumer_secret": "s", "token_id": "t", "token_secret": "u"}}'
    settings = netsuite_settings(ConnectionParts.from_json("netsuite_default", text))
    assert (settings.concurrency, settings.account_time_zone) == (None, "America/Los_Angeles")


def test_the_wsdl_of_the_accounts_own_host_is_kept_between_runs() -> None:
    row = {"login": "1234567", "extra": KEYS}
    kept = netsuite_settings(ConnectionParts.from_json("n", json.dumps(row))).wsdl_directory
    assert kept is not None
    assert kept.parts[-2:] == ("streak-netsuite", "wsdl")
    named = row | {"extra": KEYS | {"wsdl_directory": "/srv/wsdl"}}
    assert netsuite_settings(ConnectionParts.from_json("n", json.dumps(named))).wsdl_directory == Path(
        "/srv/wsdl"
    )
    elsewhere = row | {"host": "http://127.0.0.1:8700/netsuite"}
    assert netsuite_settings(ConnectionParts.from_json("n", json.dumps(elsewhere))).wsdl_directory is None
