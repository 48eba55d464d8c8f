"""What NetSuite's fields hold, read once in a while: the assistant compares it with what Streak's fields hold."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from streak_netsuite.assembly import Product
from streak_netsuite.connectors.netsuite.calls.selection import SelectField

_FRESH_SECONDS = 3600.0
_RECENT = timedelta(days=180)


@dataclass(frozen=True, kw_only=True)
class TargetValues:
    """What fields hold. Values of records stay in memory; they are compared, and never shown.

    Attributes:
        options: the entries of lists.
        samples: of existing records.
    """

    options: Mapping[SelectField, tuple[str, ...]] = field(default_factory=dict)
    samples: Mapping[SelectField, tuple[str, ...]] = field(default_factory=dict, repr=False)


@dataclass
class ValueShelf:
    """Keeps what was read of one account for an hour, from one opening of the board to the next."""

    timer: Callable[[], float] = time.monotonic
    _kept: TargetValues | None = None
    _selects: frozenset[SelectField] = frozenset()
    _read_at: float = 0.0

    def get(self, product: Product, selects: Sequence[SelectField]) -> TargetValues:
        """Return what the fields hold.

        Args:
            selects: the fields whose lists are wanted.
        """
        wanted = frozenset(selects)
        old = self.timer() - self._read_at > _FRESH_SECONDS
        if self._kept is None or old or wanted != self._selects:
            self._kept = TargetValues(
                options=product.netsuite.field_options(selects),
                samples=product.netsuite.field_samples(product.clock() - _RECENT),
            )
            self._selects, self._read_at = wanted, self.timer()
        return self._kept
