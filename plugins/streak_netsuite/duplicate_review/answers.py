"""What a page is answered: the result of a command, or why there is none, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from streak_netsuite.duplicate_review.commands import Command
from streak_netsuite.errors import StreakNetSuiteError


def answered(
    known: Mapping[str, type[Command]],
    command: str,
    payload: Mapping[str, Any],
    do: Callable[[Command], Mapping[str, Any]],
    *,
    who: str,
) -> Mapping[str, Any]:
    """Return {"result": ...} of a command, or {"error": ...} for what cannot be done.

    Args:
        known: the commands there are, by name.
        payload: the command's, as it came.
        do: carries a sound command out.
        who: begins the error about a command that there is not ("the queue knows").
    """
    if command not in known:
        return {"error": f"{who} no '{command}'"}
    try:
        return {"result": do(known[command].model_validate(payload))}
    except ValidationError as error:
        first = error.errors()[0]
        return {"error": f"{'.'.join(map(str, first['loc']))}: {first['msg']}"}
    except (StreakNetSuiteError, ValueError) as error:
        return {"error": str(error)}
