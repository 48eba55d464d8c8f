"""What the queue's page can ask, checked where it arrives."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

# Streak's keys have up to some 130 characters.
_Id = Annotated[str, Field(min_length=1, max_length=300)]


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


class Merges(Command):
    """What people called one customer, as a checklist."""


class PlanMerge(Command):
    """What there is to do about one customer, with what a person would have otherwise.

    Attributes:
        customer: the one that stays.
        chosen: by field, the record whose value is wanted.
    """

    customer: _Id
    chosen: Annotated[dict[_Id, _Id], Field(max_length=10)] = {}


class Fill(PlanMerge):
    """The values of a plan are to be written.

    Attributes:
        key: names the values that were shown; others are not written.
    """

    key: _Id


class Ties(Command):
    """Organizations in Streak that look like customers in NetSuite, as the last search found them."""


class Tie(Command):
    """An organization is this customer."""

    organization: _Id
    customer: _Id
    reason: Annotated[str, Field(max_length=2000)] = ""


class Apart(Tie):
    """An organization is not this customer."""


COMMANDS: Mapping[str, type[Command]] = {"open": Open, "decide": Decide, "take_back": TakeBack}
MERGE_COMMANDS: Mapping[str, type[Command]] = {"merges": Merges, "plan_merge": PlanMerge, "fill": Fill}
"""Those that ask NetSuite."""

TIE_COMMANDS: Mapping[str, type[Command]] = {"ties": Ties, "tie": Tie, "apart": Apart}
