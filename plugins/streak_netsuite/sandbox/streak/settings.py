"""What a person or a test may change about the Streak sandbox while it runs."""

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """How this Streak behaves.

    Attributes:
        latency_seconds: how long every call takes at least.
        requests_per_second: calls above it are answered 429; 0 for no limit.
        retry_after: value of the Retry-After header beside a 429; "" for none.
        paused: webhooks wait until this is false again.
        duplicates: how many extra times each webhook is delivered.
        drop_next: how many of the next webhooks are lost.
        shuffle: webhooks that waited go out in random order.
        single_object: bodies are one object instead of an array.
        retry_seconds: before the second try of a webhook, doubled each time up to `longest_retry_seconds`.
        attempts: tries of one webhook.
        magic_links: whether a new contact is linked to the organization of its e-mail's domain.
        enrichment: whether a new organization gets details that nobody entered.
        delete_keys_only: whether the webhook of a deletion has the key alone; what it has is not documented.
        batch_get: whether boxes can be read in one call; the call's answer is not established.
    """

    model_config = ConfigDict(validate_assignment=True, extra="forbid")

    latency_seconds: float = Field(default=0.0, ge=0)
    requests_per_second: float = Field(default=0.0, ge=0)
    retry_after: str = ""
    paused: bool = False
    duplicates: int = Field(default=0, ge=0)
    drop_next: int = Field(default=0, ge=0)
    shuffle: bool = False
    single_object: bool = False
    retry_seconds: float = Field(default=0.5, gt=0)
    longest_retry_seconds: float = Field(default=30.0, gt=0)
    attempts: int = Field(default=20, ge=1)
    magic_links: bool = False
    enrichment: bool = False
    delete_keys_only: bool = False
    batch_get: bool = True
