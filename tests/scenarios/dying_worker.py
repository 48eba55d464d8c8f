"""A worker in a process of its own, killed right after a vendor answered one kind of write, before our next line."""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streak_netsuite.assembly import Settings, open_product
from streak_netsuite.connections import ConnectionParts, ledger_settings, netsuite_settings, streak_settings
from streak_netsuite.connectors.netsuite.deposits import Deposits
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.streak.call import Effect
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.gateway import StreakGateway
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.mapping.record_files import load_record_type, record_file


def die_after(owner: type, name: str, *, when: Callable[..., bool] = lambda *_, **__: True) -> None:
    """Replace a method by one that calls it and then kills this process."""
    original = getattr(owner, name)

    def dying(self: Any, *args: Any, **kwargs: Any) -> Any:
        answer = original(self, *args, **kwargs)
        if when(*args):
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, dying)


def records_of(kind: str) -> Callable[..., bool]:
    """Tell the writes of one record type."""
    return lambda call: call.operation in {"upsertList", "addList"} and call.subject == kind


def writes_to(part: str) -> Callable[..., bool]:
    """Tell the writes to Streak whose path has this part."""
    return lambda call: call.effect is not Effect.READ and part in call.path


DEATHS: dict[str, Callable[[], None]] = {
    "never": lambda: None,
    "customer": lambda: die_after(SoapClient, "send", when=records_of("customer")),
    "order": lambda: die_after(SoapClient, "send", when=records_of("salesOrder")),
    "invoice": lambda: die_after(SoapClient, "send", when=lambda call: call.operation == "add"),
    "change": lambda: die_after(SoapClient, "send", when=lambda call: call.operation == "update"),
    "fields": lambda: die_after(StreakClient, "send", when=writes_to("/v1/boxes/")),
    "record": lambda: die_after(SoapClient, "send", when=records_of("customRecord")),
    "box": lambda: die_after(StreakClient, "send", when=writes_to("/v2/pipelines/")),
    "comment": lambda: die_after(StreakClient, "send", when=writes_to("/comments")),
    "task": lambda: die_after(StreakClient, "send", when=writes_to("/tasks")),
    "relink": lambda: die_after(StreakClient, "attempt", when=writes_to("/v1/boxes/")),
    "link of contact": lambda: die_after(StreakClient, "attempt", when=writes_to("/v2/contacts/")),
    "link of organization": lambda: die_after(StreakClient, "attempt", when=writes_to("/v2/organizations/")),
    "stage": lambda: die_after(StreakGateway, "move_box"),
    "deposit": lambda: die_after(Deposits, "apply"),
    "subsidiary": lambda: die_after(SoapClient, "send", when=records_of("customerSubsidiaryRelationship")),
    "meeting": lambda: die_after(StreakClient, "send", when=writes_to("/meetings")),
}


def main() -> None:
    """Run both tasks with the death that the command line names."""
    DEATHS[sys.argv[1]]()
    parts = {
        name: ConnectionParts.from_json(name, os.environ[f"AIRFLOW_CONN_{name.upper()}"])
        for name in ("streak_default", "netsuite_default", "streak_netsuite_ledger")
    }
    settings = Settings(
        streak=streak_settings(parts["streak_default"]),
        netsuite=netsuite_settings(parts["netsuite_default"]),
        ledger=ledger_settings(parts["streak_netsuite_ledger"]),
        mapping=Path(os.environ["STREAK_NETSUITE_MAPPING"]),
        flow=FlowSettings(**json.loads(os.environ["STREAK_NETSUITE_FLOW"])),
    )
    with open_product(settings) as product:
        product.work_inbox()
        product.tell_boxes()
        product.order_to_invoice().run()
        product.customer_fills().drain()
        product.box_relinks().drain()
        for _ in product.backfill().go_on():
            pass
        if name := os.environ["STREAK_NETSUITE_RECORDS"]:
            product.record_sync(load_record_type(record_file(name))).run()


if __name__ == "__main__":
    main()
