"""getCustomizationId: the custom fields, lists, record types and segments of the account."""

from streak_netsuite.sandbox.netsuite import answers
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.kinds import DEFINITION_KINDS
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Ref


class Customizations:
    """The handler."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get_customization_id(self, _call: Call, request: Fields) -> Fields:
        """Answer a getCustomizationId; inactive ones only when they are asked for."""
        kind = request["customizationType"].get("@getCustomizationType", "")
        records = self._store.all(kind) if kind in DEFINITION_KINDS else []
        refs = [
            Ref(
                internal_id=r.internal_id,
                type=kind,
                script_id=str(r.fields.get("scriptId", "")),
                name=r.name,
            )
            for r in records
            if request["includeInactives"] or not r.fields.get("isInactive")
        ]
        result = {
            "status": answers.ok(),
            "totalRecords": len(refs),
            "customizationRefList": {"customizationRef": refs},
        }
        return {"getCustomizationIdResult": result}
