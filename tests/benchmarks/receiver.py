"""Durable hints a second and p99, beside the same app with an endpoint that stores nothing."""

import asyncio
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn
from cryptography.fernet import Fernet
from measurement import Measurement, median, quantile
from pydantic import SecretStr

from streak_netsuite.connections import ReceiverSettings
from streak_netsuite.demo.processes import free_port
from streak_netsuite.ledger.embedded import EmbeddedPostgres
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.schema import upgrade
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.sync.hint import Hint, StoredHints
from streak_netsuite.web.receiver import TOKEN_HEADER, Receiver, create_receiver

TOKEN = "a-token-of-sufficient-length"
REQUESTS = 2000
CLIENTS = 16
ROUNDS = 3


def measure() -> list[Measurement]:
    """Send the same webhooks to both apps in turn, three rounds; medians count."""
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(_open(Path(folder)) / "pg", durable=True) as postgres,
    ):
        postgres.create_database("ledger")
        settings = LedgerSettings(
            url=postgres.url("ledger"), encryption_keys=(Fernet.generate_key().decode(),)
        )
        with Ledger.connect(settings) as ledger:
            upgrade(ledger.engine)
        rounds = [(_run(settings, n), _run(None, n)) for n in range(ROUNDS)]
        with Ledger.connect(settings) as ledger:
            kept = ledger.count_waiting(now=datetime.now(UTC))
    if kept != REQUESTS * ROUNDS:
        raise AssertionError(
            f"{REQUESTS * ROUNDS} hints were answered with 200, and {kept} are in the ledger"
        )
    durable, empty = [a for a, _ in rounds], [b for _, b in rounds]
    rate, empty_rate = median([r[0] for r in durable]), median([r[0] for r in empty])
    p99, empty_p99 = median([r[1] for r in durable]), median([r[1] for r in empty])
    return [
        Measurement(
            name="receiver_rate",
            value=rate,
            unit="durable hints/s",
            reference="same app, storing nothing",
            reference_value=empty_rate,
            ratio=rate / empty_rate,
        ),
        Measurement(
            name="receiver_p99",
            value=p99 * 1000,
            unit="ms",
            reference="same app, storing nothing",
            reference_value=empty_p99 * 1000,
            ratio=p99 / empty_p99,
        ),
    ]


def _open(folder: Path) -> Path:
    """Let the account that PostgreSQL runs as under root enter the folder."""
    folder.chmod(0o755)
    return folder


def _run(settings: LedgerSettings | None, number: int) -> tuple[float, float]:
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(settings, port), daemon=True)
    process.start()
    try:
        return asyncio.run(_load(port, number))
    finally:
        process.terminate()
        process.join(10)


def _serve(settings: LedgerSettings | None, port: int) -> None:
    accepted = ReceiverSettings(tokens=(SecretStr(TOKEN),))
    store: Callable[[Sequence[Hint], datetime], StoredHints]
    if settings is None:
        store = lambda hints, now: StoredHints(new=len(hints), repeated=0)  # noqa: E731
    else:
        ledger = Ledger.connect(settings)
        store = lambda hints, now: ledger.store_hints(hints, now=now)  # noqa: E731
    app = create_receiver(Receiver(settings=lambda: accepted, store=store, clock=lambda: datetime.now(UTC)))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


async def _load(port: int, number: int) -> tuple[float, float]:
    url = f"http://127.0.0.1:{port}/webhooks/streak/BOX_EDIT"
    headers = {TOKEN_HEADER: TOKEN, "Content-Type": "application/json"}
    times: list[float] = []
    queue = iter(range(REQUESTS))
    async with httpx.AsyncClient(headers=headers, timeout=30, trust_env=False) as client:
        await _until_up(client, port)

        async def work() -> None:
            for n in queue:
                body = json.dumps([_box(number * REQUESTS + n)])
                start = time.perf_counter()
                answer = await client.post(url, content=body)
                times.append(time.perf_counter() - start)
                answer.raise_for_status()

        start = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(CLIENTS)))
        seconds = time.perf_counter() - start
    return REQUESTS / seconds, quantile(times, 0.99)


async def _until_up(client: httpx.AsyncClient, port: int) -> None:
    for _ in range(200):
        try:
            await client.get(f"http://127.0.0.1:{port}/")
        except httpx.TransportError:
            await asyncio.sleep(0.05)
        else:
            return
    raise AssertionError("the receiver did not start")


def _box(n: int) -> dict[str, object]:
    fields = {str(1000 + i): f"value {i}" for i in range(15)}
    return {
        "key": f"agxBOX{n:08d}",
        "pipelineKey": "agxP",
        "name": f"Deal {n}",
        "stageKey": "5001",
        "fields": fields,
        "lastSavedTimestamp": 1760000000000 + n,
    }
