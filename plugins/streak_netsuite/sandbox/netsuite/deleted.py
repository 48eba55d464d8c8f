"""getDeleted: what was there and is gone (Oracle help, getDeleted; kept for ever)."""

from collections.abc import Callable

from streak_netsuite.sandbox.netsuite import answers, search_values
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.paging import page_of
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.store import Deletion, Store
from streak_netsuite.sandbox.netsuite.values import Fields, Ref


class Deletions:
    """The handler."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get_deleted(self, call: Call, request: Fields) -> Fields:
        """Answer a getDeleted: the oldest deletion first."""
        try:
            found = self._find(request["getDeletedFilter"])
            page = page_of(found, request["pageIndex"], call.preferences.page_size)
        except RecordRefused as refused:
            return {"getDeletedResult": {"status": answers.failed(refused)}}
        result = {
            "status": answers.ok(),
            **page.numbers,
            "deletedRecordList": {"deletedRecord": [_show(d) for d in page.rows]},
        }
        return {"getDeletedResult": result}

    def _find(self, wish: Fields) -> list[Deletion]:
        if not self._store.settings.may_see_deleted:
            raise RecordRefused(
                "INSUFFICIENT_PERMISSION", "The role needs the permission Deleted Records for this."
            )
        tests = [
            _test(name, wish[name], self._store)
            for name in ("deletedDate", "type", "scriptId")
            if name in wish
        ]
        return [d for d in self._store.deletions if all(test(d) for test in tests)]


def _test(name: str, sent: Fields, store: Store) -> Callable[[Deletion], bool]:
    test = search_values.test_of(name, sent)
    getters: dict[str, Callable[[Deletion], object]] = {
        "deletedDate": lambda d: d.deleted_at,
        "type": lambda d: d.kind,
        "scriptId": lambda d: _script_id(store, d),
    }
    get = getters[name]
    return lambda deletion: test(get(deletion))


def _script_id(store: Store, deletion: Deletion) -> str:
    """Return the script id of a deleted custom record's type."""
    type_ = store.find(Ref(internal_id=deletion.type_id), "customRecordType")
    return type_.fields.get("scriptId", "") if type_ is not None else ""


def _show(deletion: Deletion) -> Fields:
    ref = Ref(
        internal_id=deletion.internal_id,
        external_id=deletion.external_id,
        type=deletion.kind,
        type_id=deletion.type_id,
        name=deletion.name,
    )
    return {"deletedDate": deletion.deleted_at, "record": ref}
