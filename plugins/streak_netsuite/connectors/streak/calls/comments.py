"""Comments on boxes (v2; Streak's OpenAPI document)."""

from streak_netsuite.connectors.streak.answers import done, one
from streak_netsuite.connectors.streak.call import Call, Effect, given, path
from streak_netsuite.connectors.streak.paging import NumberedPages
from streak_netsuite.connectors.streak.wire import CommentWire


def of_box(box_key: str) -> NumberedPages[CommentWire]:
    """Return the comments of a box; Streak documents no paging for this list."""
    return NumberedPages(path=path("/v2/boxes/{}/comments", box_key), row=one(CommentWire), paged=False)


def get(comment_key: str) -> Call[CommentWire]:
    """Return a comment."""
    return Call(method="GET", path=path("/v2/comments/{}", comment_key), read=one(CommentWire))


def create(box_key: str, message: str, *, parent: str | None = None) -> Call[CommentWire]:
    """Add a comment, or an answer to one. A second one would stand beside the first.

    Its time is Streak's: it cannot be set.
    """
    return Call(
        method="POST",
        path=path("/v2/boxes/{}/comments", box_key),
        body=given(message=message, parent=parent),
        effect=Effect.ONCE,
        read=one(CommentWire),
    )


def update(comment_key: str, message: str) -> Call[CommentWire]:
    """Change what a comment says."""
    return Call(
        method="POST",
        path=path("/v2/comments/{}", comment_key),
        body={"message": message},
        effect=Effect.REPEATABLE,
        read=one(CommentWire),
    )


def delete(comment_key: str) -> Call[None]:
    """Remove a comment."""
    return Call(method="DELETE", path=path("/v2/comments/{}", comment_key), effect=Effect.REMOVAL, read=done)


def react(comment_key: str, emoji: str) -> Call[CommentWire]:
    """Put the key's user's emoji below a comment."""
    return _reaction(path("/v2/comments/{}/react", comment_key), emoji)


def unreact(comment_key: str, emoji: str) -> Call[CommentWire]:
    """Take the key's user's emoji away."""
    return _reaction(path("/v2/comments/{}/unreact", comment_key), emoji)


def _reaction(where: str, emoji: str) -> Call[CommentWire]:
    # A person has one emoji of a kind below a comment, so that a second call leaves the same state.
    return Call(
        method="POST", path=where, body={"emoji": emoji}, effect=Effect.REPEATABLE, read=one(CommentWire)
    )
