"""Asynchronous calls: queued, run in order, their results kept for a while."""

import time
from datetime import timedelta

import pytest


def submit(soap, operation, *records, header=""):
    reply = soap.call(f"<m:{operation}>{''.join(records)}</m:{operation}>", header=header)
    return reply.one("//m:asyncStatusResult/c:jobId | //c:asyncStatusResult/c:jobId")


def status(soap, job):
    reply = soap.call(f"<m:checkAsyncStatus><m:jobId>{job}</m:jobId></m:checkAsyncStatus>")
    return {
        n: reply.one(f"//c:asyncStatusResult/c:{n}")
        for n in ("status", "percentCompleted", "estRemainingDuration")
    }


def finished(soap, job):
    """Wait until a job is done; its last status."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = status(soap, job)["status"]
        if found not in {"pending", "processing"}:
            return found
        time.sleep(0.01)
    raise AssertionError("the job does not end")


def result(soap, job, page=1):
    return soap.call(
        f"<m:getAsyncResult><m:jobId>{job}</m:jobId><m:pageIndex>{page}</m:pageIndex></m:getAsyncResult>"
    )


def names(soap):
    return [c["companyName"] for c in soap.control("GET", "/state")["customers"]]


def reference(kind, internal_id):
    return f'<m:baseRef xsi:type="c:RecordRef" type="{kind}" internalId="{internal_id}"/>'


def page_size(size):
    return f"<m:searchPreferences><m:pageSize>{size}</m:pageSize></m:searchPreferences>"


def test_a_list_is_written_by_a_job(soap, build):
    job = submit(soap, "asyncAddList", build.customer(external_id="c-1"), build.customer(name="Other"))
    assert job.startswith("ASYNCWEBSERVICES_1234567_SB1_")
    assert finished(soap, job) == "finished"
    reply = result(soap, job)
    assert reply.all("//m:asyncResult/@xsi:type") == ["messages:AsyncAddListResult"]
    assert reply.outcomes == [(True, ""), (True, "")]
    assert names(soap)[-2:] == ["Blue Harbor Logistics", "Other"]


def test_every_list_operation_has_its_job(soap, build):
    added = submit(soap, "asyncUpsertList", build.customer(external_id="c-1"))
    assert finished(soap, added) == "finished"
    (customer,) = result(soap, added).ids
    jobs = [
        submit(soap, "asyncUpdateList", build.customer(internal_id=customer, name="Renamed", subsidiary="")),
        submit(soap, "asyncGetList", reference("customer", customer)),
        submit(soap, "asyncDeleteList", reference("customer", customer)),
        submit(soap, "asyncGetList", reference("customer", customer)),
    ]
    assert [finished(soap, job) for job in jobs] == [
        "finished",
        "finished",
        "finished",
        "finishedWithErrors",
    ]
    assert result(soap, jobs[1]).one("//r:companyName") == "Renamed"
    assert result(soap, jobs[3]).outcomes == [(False, "RCRD_DSNT_EXIST")]


def test_one_refused_record_finishes_with_errors(soap, build):
    job = submit(soap, "asyncUpsertList", build.customer(external_id="c-1"), build.customer())
    assert finished(soap, job) == "finishedWithErrors"
    assert result(soap, job).outcomes == [(True, ""), (False, "USER_ERROR")]


def test_jobs_run_one_after_the_other_in_the_order_of_submission(soap, build):
    soap.settings(async_paused=True)
    jobs = [
        submit(soap, "asyncAddList", build.customer(name="First")),
        submit(soap, "asyncAddList", build.customer(name="Second")),
    ]
    assert [status(soap, job)["status"] for job in jobs] == ["pending", "pending"]
    soap.settings(async_paused=False)
    assert [finished(soap, job) for job in jobs] == ["finished", "finished"]
    assert names(soap)[-2:] == ["First", "Second"]


def test_the_status_tells_how_far_a_job_is(soap, running, build):
    soap.settings(async_seconds=60)
    job = submit(soap, "asyncAddList", build.customer())
    waiting = submit(soap, "asyncAddList", build.customer(name="Next"))
    deadline = time.monotonic() + 30
    while float(status(soap, job)["percentCompleted"]) == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    begun, behind = status(soap, job), status(soap, waiting)
    assert (begun["status"], behind["status"]) == ("processing", "pending")
    assert 0 < float(begun["percentCompleted"]) < 100
    assert float(behind["estRemainingDuration"]) > float(begun["estRemainingDuration"])
    running.sandbox.reset()  # nobody waits for a job of a minute
    waiting = submit(soap, "asyncAddList", build.customer(name="Next"))
    assert finished(soap, waiting) == "finished"
    assert status(soap, waiting) == {
        "status": "finished",
        "percentCompleted": "100.0",
        "estRemainingDuration": "0.0",
    }


def test_a_job_runs_although_its_submission_was_not_answered(soap, running, build):
    running.fault("cut_after", "asyncAddList")
    with pytest.raises(Exception, match=r"disconnected|reset"):
        submit(soap, "asyncAddList", build.customer())
    deadline = time.monotonic() + 60
    while "Blue Harbor Logistics" not in names(soap) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert names(soap)[-1] == "Blue Harbor Logistics"


def test_a_search_keeps_what_it_found_in_pages(soap):
    soap.control("POST", "/customers/bulk", {"count": 12, "prefix": "Bulk"})
    criteria = (
        '<m:searchRecord xsi:type="k:CustomerSearchBasic"><k:companyName operator="startsWith">'
        "<c:searchValue>Bulk</c:searchValue></k:companyName></m:searchRecord>"
    )
    job = submit(soap, "asyncSearch", criteria, header=page_size(5))
    assert finished(soap, job) == "finished"
    soap.control("POST", "/customers", {"companyName": "Bulk late"})
    last = result(soap, job, 3)
    assert [last.one(f"//c:{n}") for n in ("totalRecords", "totalPages", "pageIndex")] == ["12", "3", "3"]
    assert [e.text for e in last.all("//r:companyName")] == ["Bulk 00011", "Bulk 00012"]
    assert result(soap, job, 4).fault == ("asyncFault", "INVALID_PAGE_INDEX")


def test_a_search_may_have_twice_the_page(soap):
    job = submit(
        soap, "asyncSearch", '<m:searchRecord xsi:type="k:CustomerSearchBasic"/>', header=page_size(2000)
    )
    assert finished(soap, job) == "finished"
    refused = submit(
        soap, "asyncSearch", '<m:searchRecord xsi:type="k:CustomerSearchBasic"/>', header=page_size(2001)
    )
    assert finished(soap, refused) == "failed"
    assert result(soap, refused).one("//c:code") == "INVALID_SEARCH_PAGE_SIZE"


def test_a_job_may_fail_as_a_whole(soap, running, build):
    running.fault("job_failed", "asyncAddList")
    job = submit(soap, "asyncAddList", build.customer())
    assert finished(soap, job) == "failed"
    failed = result(soap, job)
    assert failed.one("//m:writeResponseList/c:status//c:code") == "UNEXPECTED_ERROR"
    assert failed.outcomes == [(False, "UNEXPECTED_ERROR")]
    assert "Blue Harbor Logistics" not in names(soap)


def test_a_result_is_not_there_before_the_job_is_done(soap, build):
    soap.settings(async_paused=True)
    job = submit(soap, "asyncAddList", build.customer())
    assert result(soap, job).fault == ("asyncFault", "JOB_NOT_COMPLETE")
    assert result(soap, "ASYNCWEBSERVICES_1").fault == ("asyncFault", "INVALID_JOB_ID")


def test_a_list_has_one_page(soap, build):
    job = submit(soap, "asyncAddList", build.customer())
    finished(soap, job)
    assert result(soap, job, 2).fault == ("asyncFault", "INVALID_PAGE_INDEX")


def test_a_result_is_handed_out_twenty_times_within_thirty_days(soap, running, build):
    often, old = (submit(soap, "asyncAddList", build.customer(name=n)) for n in ("A", "B"))
    finished(soap, often), finished(soap, old)
    assert {result(soap, often).status for _ in range(20)} == {200}
    assert result(soap, often).fault == ("asyncFault", "INVALID_JOB_ID")
    running.clock.shift += timedelta(days=31)
    assert result(soap, old).fault == ("asyncFault", "INVALID_JOB_ID")


@pytest.mark.parametrize(
    ("operation", "most"),
    [("asyncAddList", 400), ("asyncUpdateList", 200), ("asyncUpsertList", 200), ("asyncDeleteList", 400)],
)
def test_a_job_takes_twice_the_records(soap, operation, most):
    soap.settings(async_paused=True)
    one = (
        reference("customer", "1")
        if "Delete" in operation
        else '<m:record xsi:type="r:Customer" externalId="x"/>'
    )
    assert submit(soap, operation, one * most)
    too_many = soap.call(f"<m:{operation}>{one * (most + 1)}</m:{operation}>")
    assert too_many.fault == ("exceededRecordCountFault", "MAX_RCRDS_EXCEEDED")
