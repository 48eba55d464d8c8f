"""A NetSuite account id in the two forms NetSuite wants."""

import re
from dataclasses import dataclass

from streak_netsuite.errors import ConfigurationError

# The host of an account, alone or in an address: as a browser shows it, or as web services call it.
_HOST = re.compile(
    r"(?:https?://)?(?P<id>[a-z0-9]+(?:-[a-z0-9]+)*)\.(?:app|suitetalk\.api|restlets\.api|extforms)\.netsuite\.com"
    r"(?::\d+)?(?:[/?#].*)?\Z",
    re.IGNORECASE,
)
_FORM = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class AccountId:
    """An account id, from any form: "1234567_SB1", "1234567-sb1", or an address of the account.

    The realm (signatures, tokenPassport) is upper case with underscores; the host label is lower
    case with dashes. Mixing them up is answered with "invalid login" and no reason.
    """

    text: str

    def __post_init__(self) -> None:
        host = _HOST.match(self.text.strip())
        if host is not None:
            object.__setattr__(self, "text", host["id"])
        if not _FORM.match(self.text.strip()):
            raise ConfigurationError(
                f"'{self.text}' is not a NetSuite account id; it looks like 1234567 or 1234567_SB1 "
                "(Setup, Company, Company Information)"
            )

    @property
    def realm(self) -> str:
        """The form for signatures: "1234567_SB1"."""
        return self.text.strip().upper().replace("-", "_")

    @property
    def host_label(self) -> str:
        """The form for host names: "1234567-sb1"."""
        return self.text.strip().lower().replace("_", "-")

    @property
    def base_url(self) -> str:
        """Where the account's web services live."""
        return f"https://{self.host_label}.suitetalk.api.netsuite.com"

    @property
    def ui_url(self) -> str:
        """Where people look at its records."""
        return f"https://{self.host_label}.app.netsuite.com"

    @property
    def is_sandbox(self) -> bool:
        """Whether this is a sandbox or release preview account."""
        return "_" in self.realm
