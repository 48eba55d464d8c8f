"""What the queue's page can ask, checked where it arrives."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_Id = Annotated[str, Field(min_length=1, max_length=100)]


class Command(BaseModel):
    """Something asked of the queue."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Open(Command):
    """The runs, how many pairs wait, and the first of them."""


class Decide(Command):
    """What a person says about a pair."""

    left: _Id
    right: _Id
    said: Literal["same", "different", "unsure"]
    reason: Annotated[str, Field(max_length=2000)] = ""


class TakeBack(Command):
    """A decision that is to be asked again."""

    left: _Id
    right: _Id


COMMANDS: Mapping[str, type[Command]] = {"open": Open, "decide": Decide, "take_back": TakeBack}
