"""Files of a box: attachments of its e-mails, and what people added (v1; readme "Files")."""

from streak_netsuite.connectors.streak.answers import many, one
from streak_netsuite.connectors.streak.call import Call, path
from streak_netsuite.connectors.streak.wire import FileWire


def of_box(box_key: str) -> Call[list[FileWire]]:
    """Return the files of a box."""
    return Call(method="GET", path=path("/v1/boxes/{}/files", box_key), read=many(FileWire))


def get(file_key: str) -> Call[FileWire]:
    """Return what is known of a file."""
    return Call(method="GET", path=path("/v1/files/{}", file_key), read=one(FileWire))


def contents(file_key: str) -> Call[bytes]:
    """Return what is in a file, whole in memory; Streak hands out attachments of e-mails only."""
    return Call(
        method="GET",
        path=path("/v1/files/{}/contents", file_key),
        raw=True,
        read=bytes,
    )
