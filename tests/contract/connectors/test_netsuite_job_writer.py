"""Lists that NetSuite works off in its own queue: each record has its outcome, whatever becomes of the job."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.desk import NetSuiteDesk
from streak_netsuite.connectors.netsuite.job_writer import JobPart
from streak_netsuite.errors import (
    ConfigurationError,
    InvalidCredentials,
    RejectedByVendor,
    TransientError,
    UncertainWrite,
)


class Time:
    """A clock that a pause moves on; what happens at NetSuite meanwhile is told by `meanwhile`."""

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.at = 0.0
        self.pauses: list[float] = []
        self._meanwhile = meanwhile

    def clock(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at += seconds
        self._meanwhile()


@contextmanager
def a_desk(endpoint: Any, time: Time | None = None, **changes: Any) -> Iterator[NetSuiteDesk]:
    known = time or Time()
    settings = endpoint.settings(**changes)
    with endpoint.client(**changes) as client:
        yield NetSuiteDesk(client, settings, clock=known.clock, sleep=known.sleep)


def customers(count: int) -> list[dict[str, Any]]:
    return [
        {
            "type": "customer",
            "externalId": f"bulk-{n}",
            "fields": {"companyName": f"Bulk {n}", "subsidiary": {"internalId": "1"}},
        }
        for n in range(count)
    ]


def held(endpoint: Any) -> dict[str, str]:
    """Customers of ours, by external id."""
    found = endpoint.sandbox.store.all("customer")
    return {c.external_id: c.internal_id for c in found if c.external_id.startswith("bulk-")}


def test_a_long_list_is_written_by_several_jobs_each_record_with_its_outcome(endpoint: Any) -> None:
    records = customers(201)
    records[200]["fields"]["subsidiary"] = {"internalId": "99"}
    with a_desk(endpoint) as desk:
        written, failed = desk.upsert_by_jobs(records, limit_seconds=60)
    assert len(endpoint.journal("asyncUpsertList")) == 2
    assert written == held(endpoint)
    assert len(written) == 200
    assert list(failed) == ["bulk-200"]
    assert isinstance(failed["bulk-200"], RejectedByVendor)


def test_jobs_are_asked_for_ever_more_slowly_and_not_beyond_the_limit(endpoint: Any) -> None:
    endpoint.sandbox.settings.async_paused = True
    time = Time()
    with a_desk(endpoint, time) as desk:
        written, failed = desk.upsert_by_jobs(customers(2), limit_seconds=30)
    assert time.pauses == sorted(time.pauses[:-1]) + time.pauses[-1:]
    assert len(time.pauses) < 10
    assert time.at == pytest.approx(30)
    assert written == {}
    assert [type(error) for error in failed.values()] == [UncertainWrite, UncertainWrite]


def test_a_job_that_starts_late_is_waited_for(endpoint: Any) -> None:
    endpoint.sandbox.settings.async_paused = True

    def start() -> None:
        endpoint.sandbox.settings.async_paused = False

    time = Time(start)
    with a_desk(endpoint, time) as desk:
        parts = desk.submit_jobs(customers(2))
        assert desk.unfinished_jobs([part.job_id for part in parts]) == [part.job_id for part in parts]
        written, _ = desk.upsert_by_jobs(customers(2), limit_seconds=3000)
    assert written == held(endpoint)


def test_a_job_that_fails_leaves_its_records_open_and_says_why(endpoint: Any) -> None:
    endpoint.fault("job_failed", operation="asyncUpsertList")
    with a_desk(endpoint) as desk:
        written, failed = desk.upsert_by_jobs(customers(2), limit_seconds=60)
        assert written == {}
        assert all("The job failed." in str(error) for error in failed.values())
        assert all(isinstance(error, UncertainWrite) for error in failed.values())
        again, _ = desk.upsert_by_jobs(customers(2), limit_seconds=60)
    assert again == held(endpoint)


@pytest.mark.parametrize("size", [1, 7, 12, 50])
def test_a_result_of_many_pages_tells_each_record_its_own_outcome(endpoint: Any, size: int) -> None:
    endpoint.sandbox.settings.async_result_page = size
    records = customers(12)
    records[9]["fields"]["subsidiary"] = {"internalId": "99"}
    with a_desk(endpoint) as desk:
        written, failed = desk.upsert_by_jobs(records, limit_seconds=60)
    assert len(endpoint.journal("getAsyncResult")) == -(-12 // size)
    assert written == held(endpoint)
    assert list(failed) == ["bulk-9"]
    assert isinstance(failed["bulk-9"], RejectedByVendor)


def test_answers_on_pages_that_are_not_handed_out_any_more_are_looked_up(endpoint: Any) -> None:
    endpoint.sandbox.settings.async_result_page = 1  # and a result is handed out 20 times
    records = customers(25)
    records[23]["fields"]["subsidiary"] = {"internalId": "99"}
    with a_desk(endpoint) as desk:
        written, failed = desk.upsert_by_jobs(records, limit_seconds=60)
    assert written == held(endpoint)
    assert len(written) == 24
    assert isinstance(failed["bulk-23"], UncertainWrite), "nobody said that it was refused"


def test_what_a_job_has_written_before_it_failed_is_found_by_its_key_and_the_rest_stays_open(
    endpoint: Any,
) -> None:
    endpoint.fault("job_failed", operation="asyncUpsertList", options={"committed": 2})
    with a_desk(endpoint) as desk:
        written, failed = desk.upsert_by_jobs(customers(5), limit_seconds=60)
        assert written == held(endpoint)
        assert sorted(written) == ["bulk-0", "bulk-1"]
        assert {type(error) for error in failed.values()} == {UncertainWrite}
        again, left = desk.upsert_by_jobs(customers(5), limit_seconds=60)
    assert (again, left) == (held(endpoint), {})
    assert len(again) == 5
    assert {key: again[key] for key in written} == written, "the same records, none made twice"


def test_a_job_that_is_forgotten_is_no_loss_when_its_records_are_there(endpoint: Any) -> None:
    with a_desk(endpoint) as desk:
        written, _ = desk.upsert_by_jobs(customers(2), limit_seconds=60)
        (part,) = desk.submit_jobs(customers(2))
        gone = JobPart(
            count=2, keys=part.keys, submitted_at=part.submitted_at, job_id="ASYNCWEBSERVICES_1234567_SB1_9"
        )
        assert desk.unfinished_jobs([gone.job_id]) == []
        found, failed = desk.collect_jobs(customers(2), [gone])
    assert (found, failed) == (written, {})


def test_a_change_by_a_job_that_failed_is_not_taken_for_written_because_the_record_is_new(
    endpoint: Any,
) -> None:
    with a_desk(endpoint) as desk:
        desk.upsert_by_jobs(customers(1), limit_seconds=60)
        endpoint.fault("job_failed", operation="asyncUpsertList")
        (changed,) = customers(1)
        changed["fields"] = {**changed["fields"], "phone": "+44 20 7946 0000"}
        written, failed = desk.upsert_by_jobs([changed], limit_seconds=60)
    assert written == {}
    assert isinstance(failed["bulk-0"], UncertainWrite)


def test_outcomes_are_not_told_of_records_in_another_order(endpoint: Any) -> None:
    with a_desk(endpoint) as desk:
        parts = desk.submit_jobs(customers(2))
        with pytest.raises(ConfigurationError, match="in another order"):
            desk.collect_jobs(customers(2)[::-1], parts)


class Died(BaseException):
    """The process was killed."""


def test_a_process_that_dies_before_it_has_used_the_job_makes_nothing_twice(endpoint: Any) -> None:
    def die() -> None:
        raise Died

    endpoint.sandbox.settings.async_paused = True  # so that it has to wait, and dies waiting
    with a_desk(endpoint, Time(die)) as desk, pytest.raises(Died):
        desk.upsert_by_jobs(customers(3), limit_seconds=60)
    endpoint.sandbox.settings.async_paused = False
    with a_desk(endpoint) as desk:
        written, failed = desk.upsert_by_jobs(customers(3), limit_seconds=60)
    assert len(endpoint.journal("asyncUpsertList")) == 2
    assert failed == {}
    assert written == held(endpoint)
    assert len(list(endpoint.sandbox.store.all("customer"))) == 5 + 3


def test_a_lost_answer_to_a_submission_is_submitted_again(endpoint: Any) -> None:
    endpoint.fault("unexpected_error", operation="asyncUpsertList")  # nobody knows whether it was taken in
    with a_desk(endpoint) as desk:
        written, failed = desk.upsert_by_jobs(customers(2), limit_seconds=60)
    assert len(endpoint.journal("asyncUpsertList")) == 2
    assert (written, failed) == (held(endpoint), {})
    assert len(written) == 2


def test_a_part_that_cannot_be_submitted_ends_the_list_and_the_part_before_it_counts(endpoint: Any) -> None:
    endpoint.fault("concurrency", operation="asyncUpsertList", match="bulk-200", times=None)
    with a_desk(endpoint, attempts=2) as desk:
        written, failed = desk.upsert_by_jobs(customers(401), limit_seconds=60)
    assert len(written) == 200
    assert len(failed) == 201
    assert {type(error) for error in failed.values()} == {TransientError}


def test_a_refused_login_is_nobodys_outcome(endpoint: Any) -> None:
    with a_desk(endpoint) as desk:
        parts = desk.submit_jobs(customers(1))
        endpoint.fault("invalid_credentials", times=None)
        with pytest.raises(InvalidCredentials):
            desk.collect_jobs(customers(1), parts)


def test_what_a_job_cannot_find_again_is_not_submitted(endpoint: Any) -> None:
    unkeyed = {name: value for name, value in customers(1)[0].items() if name != "externalId"}
    with a_desk(endpoint) as desk, pytest.raises(ConfigurationError, match="no externalId"):
        desk.upsert_by_jobs([unkeyed], limit_seconds=60)
    with (
        a_desk(endpoint, key_fields={"customer": "custentity_streak_org"}) as desk,
        pytest.raises(ConfigurationError, match="custentity_streak_org"),
    ):
        desk.upsert_by_jobs(customers(1), limit_seconds=60)
    assert endpoint.journal("asyncUpsertList") == []


def test_a_part_survives_being_kept_as_json(endpoint: Any) -> None:
    with a_desk(endpoint) as desk:
        (part,) = desk.submit_jobs(customers(1))
    assert JobPart.from_plain(part.plain()) == part
