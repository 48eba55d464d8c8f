"""Whether the ids we keep still lead to the records that we wrote, told by the keys that those records carry."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from streak_netsuite.model.external_ref import ExternalRef, RecordKind
from streak_netsuite.sync.binding import Binding

_ALL_GONE = 5  # deleted records from which it is no person's tidying when not one is left
_OTHERS = 3  # records with another key from which it is no person's doing
_FEWEST = 2  # the same, when not one is as it was
_TOLD = 3  # records named in a message


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenTie:
    """A tie to a record that we have written.

    Attributes:
        key: under which it was written; the record carries it.
    """

    binding: Binding
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MovedTie:
    """A tie that has to lead elsewhere.

    Attributes:
        netsuite_id: of the record that it is for; "" when that is nowhere.
        reason: how the record was found, or why not.
        rule: of the tie from now on; "" for what it was.
    """

    binding: Binding
    netsuite_id: str
    reason: str
    rule: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherRecord:
    """A record that is not the one its tie was made for.

    Attributes:
        keys: what it carries in place of ours; empty for nothing.
    """

    tie: WrittenTie
    keys: tuple[str, ...]

    def __str__(self) -> str:
        found = " and ".join(f"'{key}'" for key in self.keys) or "no key"
        record = self.tie.binding.netsuite
        return f"{record.kind} {record.id} carries {found} in place of '{self.tie.key}'"


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What became of some records that we have written.

    Attributes:
        same: how many are still there.
        same_orders: how many of these are orders.
        gone: ids without a record: deleted, or never there in a refreshed account.
    """

    same: int = 0
    same_orders: int = 0
    others: tuple[OtherRecord, ...] = ()
    gone: tuple[ExternalRef, ...] = ()

    @property
    def count(self) -> int:
        """How many were looked at."""
        return self.same + len(self.others) + len(self.gone)

    @property
    def is_replaced(self) -> bool:
        """Whether the account was replaced by another: internal ids are never given twice in one.

        Customers alone do not say so: imports and other integrations give whole lists of them other keys. Where at least
        as many orders are others as are ours, and three records in all, no ids can be trusted; nor where not one is as it
        was, of two with another order among them, or of five that are gone.
        """
        if not self.same and len(self.gone) >= _ALL_GONE:
            return True
        orders = sum(1 for one in self.others if _is_order(one.tie))
        if not orders or orders < self.same_orders:
            return False
        differ = len(self.others) + len(self.gone)
        return len(self.others) >= _OTHERS or (not self.same and differ >= _FEWEST)

    def __str__(self) -> str:
        if not self.count:
            return "no record that was written here could be looked at"
        told = [str(one) for one in self.others[:_TOLD]]
        told += [f"{one.kind} {one.id} does not exist" for one in self.gone[: _TOLD - len(told)]]
        counted = f"of {self.count} records that were written here, {self.same} are as they were"
        return f"{counted}, {len(self.others)} are others and {len(self.gone)} are gone" + (
            f": {'; '.join(told)}" if told else ""
        )


def compare(ties: Sequence[WrittenTie], found: Mapping[ExternalRef, Collection[str]]) -> Comparison:
    """Return which of these ties lead to the records they were made for.

    Args:
        found: the keys that each record carries, of those that exist. NetSuite folds the case of external ids
            (SuiteTalk "External IDs Overview").
    """
    there = [tie for tie in ties if tie.binding.netsuite in found]
    others = [
        OtherRecord(tie=tie, keys=tuple(sorted(found[tie.binding.netsuite])))
        for tie in there
        if tie.key.casefold() not in {key.casefold() for key in found[tie.binding.netsuite]}
    ]
    return Comparison(
        same=len(there) - len(others),
        same_orders=sum(map(_is_order, there)) - sum(_is_order(one.tie) for one in others),
        others=tuple(others),
        gone=tuple(tie.binding.netsuite for tie in ties if tie.binding.netsuite not in found),
    )


def _is_order(tie: WrittenTie) -> bool:
    return tie.binding.netsuite.kind is RecordKind.SALES_ORDER
