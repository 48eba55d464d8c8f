"""Operators for what people do with NetSuite most: search, write records, turn one transaction into another."""

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from streak_netsuite.hooks.configured import default_mapping, netsuite_pool
from streak_netsuite.hooks.ledger import LedgerHook
from streak_netsuite.hooks.netsuite import NetSuiteHook
from streak_netsuite.hooks.product import ProductHook
from streak_netsuite.triggers.netsuite import NetSuiteJobsTrigger
from streak_netsuite.triggers.settling import SETTLE_SECONDS

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from airflow.sdk import Context

    from streak_netsuite.connectors.netsuite.desk import Failure, NetSuiteDesk


class NetSuiteOperator(BaseOperator):
    """What the operators of NetSuite share.

    :param netsuite_conn_id: NetSuite connection.
    :param ledger_conn_id: the ledger, where all workers share the account's concurrency.
    """

    ui_color = "#dbeafe"

    def __init__(
        self,
        *,
        netsuite_conn_id: str = NetSuiteHook.default_conn_name,
        ledger_conn_id: str = LedgerHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("pool", netsuite_pool())
        super().__init__(**kwargs)
        self.netsuite_conn_id = netsuite_conn_id
        self.ledger_conn_id = ledger_conn_id

    @property
    def hook(self) -> NetSuiteHook:
        """The connection, with its share of the account's concurrency."""
        return NetSuiteHook(self.netsuite_conn_id, ledger_conn_id=self.ledger_conn_id)


class NetSuiteSearchOperator(NetSuiteOperator):
    """Returns the internal ids of what a search finds, or its rows when it has columns or is a saved search.

    Rows go to XCom, which Airflow keeps and shows: ask for columns that anybody may see there.

    :param subject: what is searched: "Customer", "Contact", "Item", "Transaction".
    :param criteria: by search field: {"lastModifiedDate": {"operator": "onOrAfter", "values": ["2026-..."]}}.
    :param custom: by script id: {"custbody_tier": {"type": "select", "operator": "anyOf", "values": [{"internalId": "1"}]}}.
    :param joined: criteria on joined records, by join: {"customerJoin": {"email": {...}}}.
    :param columns: what to bring: "tranId", "customerJoin.email", {"name": "custbody_tier", "type": "select"}.
    :param saved: script id or internal id of a saved search to start from; its own columns come when none are named.
    :param record_type: internal id of the custom record type, for the subject "CustomRecord".
    :param limit: fail beyond this many, before XCom is flooded.
    """

    template_fields: Sequence[str] = (
        "subject",
        "criteria",
        "custom",
        "joined",
        "columns",
        "saved",
        "record_type",
    )

    def __init__(
        self,
        *,
        subject: str,
        criteria: Mapping[str, Mapping[str, Any]] | None = None,
        custom: Mapping[str, Mapping[str, Any]] | None = None,
        joined: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
        columns: Sequence[str | Mapping[str, str]] = (),
        saved: str = "",
        record_type: str = "",
        limit: int = 10_000,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.subject = subject
        self.criteria = criteria or {}
        self.custom = custom or {}
        self.joined = joined or {}
        self.columns = columns
        self.saved = saved
        self.record_type = record_type
        self.limit = limit

    def execute(self, context: "Context") -> list[str] | list[dict[str, Any]]:  # noqa: ARG002 - Airflow's signature
        """Search."""
        with self.hook.desk() as desk:
            found = desk.search(
                self.subject,
                self.criteria,
                custom=self.custom,
                joined=self.joined,
                columns=self.columns,
                saved=self.saved,
                record_type=self.record_type,
                limit=self.limit,
            )
        self.log.info("%d records found", len(found))
        return found


class NetSuiteUpsertOperator(NetSuiteOperator):
    """Writes records by their external ids; repeating it is harmless. Returns internal ids by external id.

    Each record has its own outcome: the others are written when one is refused, and then the task fails and
    names the refused ones. A customer that would be created is compared with all that exist first; one that may exist already is
    refused with those that it may be.

    :param records: as JSON, see `connectors/netsuite/plain_record.py` or docs/airflow.md.
    :param check_duplicates: whether customers are compared before they are created; False writes what is given.
    :param mapping: path of a mapping file, or the name of a shipped one, whose `match` says how they are compared. Left out,
        `[streak_netsuite] mapping` of Airflow's configuration says, and else it is the shipped one.
    """

    template_fields: Sequence[str] = ("records", "mapping")

    def __init__(
        self,
        *,
        records: Sequence[Mapping[str, Any]],
        check_duplicates: bool = True,
        mapping: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.records = records
        self.check_duplicates = check_duplicates
        self.mapping = mapping or default_mapping()

    def execute(self, context: "Context") -> dict[str, str]:  # noqa: ARG002 - Airflow's signature
        """Write."""
        with self._checking_desk() as desk:
            written, failed = desk.upsert(self.records)
        return self._judged(written, failed)

    def _checking_desk(self) -> "AbstractContextManager[NetSuiteDesk]":
        """Return a desk that compares customers before it creates them, if there are any and that is wanted."""
        from streak_netsuite.flows.customer_lists import customers_of

        checks = self.check_duplicates and bool(customers_of(self.records))
        return self.hook.desk(check_by=ProductHook(mapping=self.mapping).mapping_path() if checks else None)

    def _judged(self, written: dict[str, str], failed: "Mapping[str, Failure]") -> dict[str, str]:
        """Return what was written, or fail with what was not."""
        from streak_netsuite.errors import RecordError

        self.log.info("%d records written, %d not", len(written), len(failed))
        for key, error in failed.items():
            self.log.error("%s: %s", key, error)
        # A refused record is refused again; anything else may pass with the next try.
        open_ = [error for error in failed.values() if not isinstance(error, RecordError)]
        if open_:
            raise open_[0]
        if failed:
            key, first = next(iter(failed.items()))
            raise AirflowFailException(
                f"{len(failed)} of {len(self.records)} records were refused; {key}: {first}"
            )
        return written


class NetSuiteBulkUpsertOperator(NetSuiteUpsertOperator):
    """Writes many records by jobs in NetSuite's own queue, and holds no worker while they run. Returns the same.

    For loads that are large and not urgent; a repeat is harmless, because records are written by their external ids.
    A record type whose key is in a custom field (`key_fields`) cannot be written by jobs.

    :param records: as `NetSuiteUpsertOperator` has them; they are rendered again when the jobs are over, so a template
        has to give the same then.
    :param poke_seconds: how long after the first question NetSuite is asked again; later ones are rarer.
    :param first_look_seconds: how long it is waited before the first question; with less than 6 seconds, Airflow 3.3.2 may end the
        task when the jobs are over already.
    :param wait: how long to wait at most; what is not known then fails the task, and its next try submits all again.
    """

    def __init__(
        self,
        *,
        poke_seconds: float = 5.0,
        first_look_seconds: float = SETTLE_SECONDS,
        wait: timedelta = timedelta(hours=6),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.poke_seconds = poke_seconds
        self.first_look_seconds = first_look_seconds
        self.wait = wait

    def execute(self, context: "Context") -> dict[str, str]:  # noqa: ARG002, RET503 - Airflow's; defer never returns
        """Submit, and hand over to the trigger."""
        if not self.records:
            return {}
        with self._checking_desk() as desk:
            parts = desk.submit_jobs(self.records)
        job_ids = [part.job_id for part in parts if part.job_id]
        count = sum(part.count for part in parts if part.job_id)
        self.log.info("%d records submitted by %d jobs: %s", count, len(job_ids), job_ids)
        trigger = NetSuiteJobsTrigger(
            parts=[part.plain() for part in parts],
            until=time.time() + self.wait.total_seconds(),
            netsuite_conn_id=self.netsuite_conn_id,
            ledger_conn_id=self.ledger_conn_id,
            poke_seconds=self.poke_seconds,
            first_look_seconds=self.first_look_seconds,
        )
        self.defer(trigger=trigger, method_name="collect")

    def collect(
        self,
        context: "Context",  # noqa: ARG002 - Airflow's signature
        event: dict[str, Any],
    ) -> dict[str, str]:
        """Read the jobs' results, and judge them as a list that was written at once."""
        from streak_netsuite.connectors.netsuite.job_writer import JobPart
        from streak_netsuite.errors import PermanentError

        if "error" in event:
            raise PermanentError(event["error"])
        submitted = [JobPart.from_plain(part) for part in event["parts"]]
        if sum(part.count for part in submitted) != len(self.records):
            raise AirflowFailException(
                "the records are others than were submitted; use a template that stays"
            )
        with self.hook.desk() as desk:
            found = desk.collect_jobs(self.records, submitted, unfinished=event["unfinished"])
        return self._judged(*found)


class NetSuiteTransformOperator(NetSuiteOperator):
    """Turns one transaction into another (an order into an invoice) and saves it. Returns its internal id.

    NetSuite has no key against doing it twice, so the external id is looked up first: one that is there is
    returned and nothing is made. When nobody knows whether it was made, the task fails and the next try looks.

    :param source_type: "salesOrder", "invoice", ...
    :param source_id: internal id of the transaction to start from.
    :param target_type: "invoice", "itemFulfillment", "customerPayment", "creditMemo", ...
    :param external_id: the new transaction's key; it must be one that only this task uses.
    :param fields: body fields to change before saving, as JSON.
    """

    template_fields: Sequence[str] = ("source_type", "source_id", "target_type", "external_id", "fields")

    def __init__(
        self,
        *,
        source_type: str,
        source_id: str,
        target_type: str,
        external_id: str,
        fields: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.source_type = source_type
        self.source_id = source_id
        self.target_type = target_type
        self.external_id = external_id
        self.fields = fields or {}

    def execute(self, context: "Context") -> str:  # noqa: ARG002 - Airflow's signature
        """Turn it."""
        with self.hook.desk() as desk:
            return desk.transform(
                source_type=self.source_type,
                source_id=self.source_id,
                target_type=self.target_type,
                external_id=self.external_id,
                fields=self.fields,
            )
