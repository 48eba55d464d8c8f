"""Operator of declared record types."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from streak_netsuite.operators.deal_to_order import FlowOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class RecordSyncOperator(FlowOperator):
    """Finds what changed of a record type, and writes it to the other system. Returns counts.

    :param record_type: path of a record type's file, or the name of a shipped one.
    """

    template_fields: Sequence[str] = ("mapping", "record_type")
    ui_color = "#fae8ff"

    def __init__(self, *, record_type: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.record_type = record_type

    def execute(self, context: "Context") -> dict[str, dict[str, int]]:
        """Work until nothing is due."""
        from streak_netsuite.mapping.record_files import load_record_type, record_file

        spec = load_record_type(record_file(self.record_type))
        with self.working(context) as product:
            report = product.record_sync(spec).run()
        self.log.info("%s", report)
        return report.as_dict()
