"""Files and e-mail threads of a box."""

from pydantic import AliasChoices, Field

from streak_netsuite.connectors.streak.wire.base import Text, Wire

MAIL_ATTACHMENT = (
    "GMAIL_API"  # the one type of file whose contents Streak hands out (readme "Files", read 2026-11)
)


class FileWire(Wire):
    """A file of a box.

    Attributes:
        type: "GMAIL_API" for an attachment of an e-mail, "DRIVE" for a file somebody added.
        size: bytes.
        owner_key: the user who brought the file's e-mail into the box.
    """

    key: str = Field(validation_alias=AliasChoices("key", "fileKey"))
    name: Text = Field(default="", alias="fileName")
    type: Text = Field(default="", alias="fileType")
    mime_type: Text = Field(default="", alias="mimeType")
    size: int | None = None
    owner_key: Text = Field(default="", alias="fileOwner")

    @property
    def has_contents(self) -> bool:
        """Whether Streak hands out what is in it."""
        return self.type == MAIL_ATTACHMENT


class ThreadWire(Wire):
    """An e-mail thread of a box; its messages stay in Gmail."""

    key: str = Field(validation_alias=AliasChoices("key", "threadKey"))
    box_key: Text = Field(default="", alias="boxKey")
    gmail_id: Text = Field(default="", alias="threadGmailId")
    subject: Text = ""
