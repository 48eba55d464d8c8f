"""Settings of the ledger."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

_DRIVERS = frozenset({"postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"})


class LedgerSettings(BaseModel):
    """Where the ledger is, and the keys to what it keeps secret.

    Attributes:
        url: a PostgreSQL database of its own ("postgresql://login:password@host:5432/streak_netsuite").
        encryption_keys: Fernet keys. The first encrypts; all decrypt, so that keys can be rotated.
        pool_size: connections that stay open.
        pool_overflow: further ones that are opened when all are in use, and closed after.
        pool_timeout_seconds: how long to wait for a connection that others use.
        connect_timeout_seconds: how long to wait for the server.
        statement_timeout_seconds: a statement that takes longer is cancelled; 0 lets it run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: SecretStr
    encryption_keys: tuple[SecretStr, ...] = ()
    pool_size: int = Field(default=5, ge=1)
    pool_overflow: int = Field(default=10, ge=0)
    pool_timeout_seconds: float = Field(default=15.0, gt=0)
    connect_timeout_seconds: int = Field(default=10, ge=1)
    statement_timeout_seconds: float = Field(default=60.0, ge=0)

    @field_validator("url")
    @classmethod
    def _postgresql(cls, url: SecretStr) -> SecretStr:
        try:
            driver = make_url(url.get_secret_value()).drivername
        except ArgumentError:
            raise ValueError("it is not a URL such as postgresql://login:password@host/database") from None
        if driver not in _DRIVERS:
            raise ValueError(f"the ledger needs PostgreSQL, not '{driver}'")
        return url

    @property
    def sqlalchemy_url(self) -> URL:
        """The URL with the driver this product uses. Its text form hides the password."""
        return make_url(self.url.get_secret_value()).set(drivername="postgresql+psycopg")

    @property
    def place(self) -> str:
        """Host, port and database, fit for messages."""
        url = self.sqlalchemy_url
        return f"{url.host or 'localhost'}:{url.port or 5432}/{url.database or ''}"
