"""What the queue's page can ask, checked where it arrives."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from streak_netsuite.model.external_ref import ExternalRef
from streak_netsuite.sync.duplicate_case import Among
from streak_netsuite.sync.party_merge import party_ref

# Streak's keys have up to some 130 characters.
_Id = Annotated[str, Field(min_length=1, max_length=300)]


class Command(BaseModel):
    """Something asked of the queue."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Open(Command):
    """The runs, how many pairs wait, and the first of them, of one table.

    Attributes:
        among: which table the pairs are of.
    """

    among: Among = Among.CUSTOMERS


class Decide(Open):
    """What a person says about a pair.

    Attributes:
        over: another person whose decision was shown, and is replaced; "" where the pair was shown as undecided.
    """

    left: _Id
    right: _Id
    said: Literal["same", "different", "unsure"]
    reason: Annotated[str, Field(max_length=2000)] = ""
    over: Annotated[str, Field(max_length=300)] = ""


class TakeBack(Open):
    """A decision of the one who asks that is to be asked again."""

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


class Parties(Command):
    """What people called one organization or one contact, as a checklist."""


class PlanRelink(Command):
    """Which boxes link to organizations or contacts that are one.

    Attributes:
        among: which of both they are.
        record: any of them.
        survivor: the one that is to stay; "" leaves it to the rules.
    """

    among: Literal["organizations", "contacts"]
    record: _Id
    survivor: Annotated[str, Field(max_length=300)] = ""

    @property
    def table(self) -> Among:
        """What `among` names."""
        return Among(self.among)


class Relink(PlanRelink):
    """What a plan has shown is to link to the one that stays.

    Attributes:
        key: names the writes that were shown; others are not made.
        boxes: those of the plan.
        contacts, organizations: those of the plan whose own links change.
    """

    key: _Id
    boxes: Annotated[list[_Id], Field(max_length=10_000)] = []
    contacts: Annotated[list[_Id], Field(max_length=50_000)] = []
    organizations: Annotated[list[_Id], Field(max_length=50_000)] = []

    @property
    def parties(self) -> list[ExternalRef]:
        """The contacts and organizations."""
        return [party_ref(Among.CONTACTS, one) for one in self.contacts] + [
            party_ref(Among.ORGANIZATIONS, one) for one in self.organizations
        ]


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

PARTY_COMMANDS: Mapping[str, type[Command]] = {
    "parties": Parties,
    "plan_relink": PlanRelink,
    "relink": Relink,
}
"""Those that ask Streak."""

TIE_COMMANDS: Mapping[str, type[Command]] = {"ties": Ties, "tie": Tie, "apart": Apart}
