"""Comments on boxes (v2)."""

from streak_netsuite.connectors.streak.answers import one
from streak_netsuite.connectors.streak.call import Call, Effect, path
from streak_netsuite.connectors.streak.paging import NumberedPages
from streak_netsuite.connectors.streak.wire import CommentWire


def of_box(box_key: str) -> NumberedPages[CommentWire]:
    """Return the comments of a box; Streak documents no paging for this list."""
    return NumberedPages(
        path=path("/v2/boxes/{}/comments", box_key), row=CommentWire.model_validate, paged=False
    )


def create(box_key: str, message: str) -> Call[CommentWire]:
    """Add a comment. A second one would stand beside the first."""
    return Call(
        method="POST",
        path=path("/v2/boxes/{}/comments", box_key),
        body={"message": message},
        effect=Effect.ONCE,
        read=one(CommentWire),
    )
