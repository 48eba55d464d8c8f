"""initialize and initializeList: transforms, answered one by one."""

import asyncio
from collections.abc import Awaitable, Callable

from streak_netsuite.sandbox.netsuite import answers, transforms, view
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields

Handler = Callable[[Call, Fields], Awaitable[Fields]]


def handlers(store: Store) -> dict[str, Handler]:
    """Return the handlers of both operations by name."""

    async def initialize(_call: Call, request: Fields) -> Fields:
        return {"readResponse": await _answer(store, request["initializeRecord"])}

    async def initialize_list(_call: Call, request: Fields) -> Fields:
        responses = [await _answer(store, wish) for wish in request["initializeRecord"]]
        return {"readResponseList": {"status": answers.ok(), "readResponse": responses}}

    return {"initialize": initialize, "initializeList": initialize_list}


async def _answer(store: Store, wish: Fields) -> Fields:
    if store.settings.read_record_seconds > 0:
        await asyncio.sleep(store.settings.read_record_seconds)
    try:
        record = transforms.initialize(store, wish)
    except RecordRefused as refused:
        return {"status": answers.failed(refused)}
    return {"status": answers.ok(), "record": view.show(store, record)}
