"""How long the flows wait."""

import pytest
from pydantic import ValidationError

from streak_netsuite.errors import ConfigurationError, InvalidCredentials, LeaseLost, RateLimited, Unavailable
from streak_netsuite.flows.settings import FlowSettings

SETTINGS = FlowSettings(first_wait_seconds=5, longest_wait_seconds=60, stopped_wait_seconds=90)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 5), (1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (40, 60), (10_000, 60)]
)
def test_each_try_waits_twice_as_long_up_to_a_limit(attempts: int, seconds: float) -> None:
    assert SETTINGS.wait_seconds(attempts) == seconds


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        pytest.param(InvalidCredentials("key"), 90, id="a person must act"),
        pytest.param(ConfigurationError("mapping"), 90, id="a setting is wrong"),
        pytest.param(RateLimited("slow down", retry_after_seconds=33), 33, id="the vendor named a time"),
        pytest.param(Unavailable("maintenance", retry_after_seconds=300), 300, id="however long it is"),
        pytest.param(RateLimited("slow down"), 5, id="the vendor named none"),
        pytest.param(RateLimited("slow down", retry_after_seconds=0), 5, id="at once is not at once"),
        pytest.param(LeaseLost("gone"), 5, id="any other"),
    ],
)
def test_a_stopped_run_leaves_its_records_alone_as_long_as_the_error_asks(
    error: Exception, seconds: float
) -> None:
    assert SETTINGS.wait_after(error) == seconds


@pytest.mark.parametrize(
    "wrong", [{"batch_size": 0}, {"lease_seconds": 0}, {"attempts": 0}, {"settle_seconds": -1}, {"bach_size": 5}]
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        FlowSettings.model_validate(wrong)


@pytest.mark.parametrize(("settle", "found"), [(60, 500), (3600, 3600)])
def test_writes_are_left_the_longer_of_two_times_to_land(settle: float, found: float) -> None:
    settings = FlowSettings(settle_seconds=settle, longest_commit_seconds=500)
    assert settings.without_harmless_repeats().settle_seconds == found


def test_an_account_that_commits_later_is_left_its_time() -> None:
    assert FlowSettings(settle_seconds=60).leaving(60).longest_commit_seconds == 60
    assert FlowSettings(settle_seconds=60).leaving(900).longest_commit_seconds == 900


def test_a_connection_that_leaves_writes_less_time_than_the_flow_is_refused_with_both_settings() -> None:
    with pytest.raises(ConfigurationError) as refused:
        FlowSettings(settle_seconds=60).leaving(59.5)
    told = str(refused.value)
    assert "'commit_seconds' of the NetSuite connection is 59.5" in told
    assert "'settle_seconds' of the flow, which is 60" in told
    assert "set 'commit_seconds' to 60 or more, or leave it out (1020)" in told
