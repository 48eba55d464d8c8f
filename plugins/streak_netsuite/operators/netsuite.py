"""Operators for what people do with NetSuite most: search, write records, turn one transaction into another."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from streak_netsuite.hooks.configured import netsuite_pool
from streak_netsuite.hooks.ledger import LedgerHook
from streak_netsuite.hooks.netsuite import NetSuiteHook

if TYPE_CHECKING:
    from airflow.sdk import Context


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
    """Returns the internal ids of what a search finds. Ids only: XCom is no place for customers.

    :param subject: what is searched: "Customer", "Contact", "Item", "Transaction".
    :param criteria: by search field: {"lastModifiedDate": {"operator": "onOrAfter", "values": ["2026-..."]}}.
    :param limit: fail beyond this many, before XCom is flooded.
    """

    template_fields: Sequence[str] = ("subject", "criteria")

    def __init__(
        self,
        *,
        subject: str,
        criteria: Mapping[str, Mapping[str, Any]] | None = None,
        limit: int = 10_000,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.subject = subject
        self.criteria = criteria or {}
        self.limit = limit

    def execute(self, context: "Context") -> list[str]:  # noqa: ARG002 - Airflow's signature
        """Search."""
        with self.hook.desk() as desk:
            found = desk.search(self.subject, self.criteria, limit=self.limit)
        self.log.info("%d records found", len(found))
        return found


class NetSuiteUpsertOperator(NetSuiteOperator):
    """Writes records by their external ids; repeating it is harmless. Returns internal ids by external id.

    Each record has its own outcome: the others are written when one is refused, and then the task fails and
    names the refused ones.

    :param records: as JSON, see `connectors/netsuite/plain_record.py` or docs/airflow.md.
    """

    template_fields: Sequence[str] = ("records",)

    def __init__(self, *, records: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.records = records

    def execute(self, context: "Context") -> dict[str, str]:  # noqa: ARG002 - Airflow's signature
        """Write."""
        from streak_netsuite.errors import RecordError

        with self.hook.desk() as desk:
            written, failed = desk.upsert(self.records)
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
