"""Small bar charts as SVG, drawn from numbers alone."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

_WIDTH, _HEIGHT, _FOOT = 460, 150, 22
_WIDEST = 60  # a lone bar is a bar, and no wall
_LEAST_BITS, _MOST_BITS, _STEP_BITS = -6, 40, 2


def bars(labels: Sequence[str], counts: Sequence[int], *, title: str, marked: int = 0) -> Markup:
    """Return a bar chart.

    Args:
        marked: how many of the first bars are drawn in another colour.
    """
    if not labels:
        return Markup()
    top = max(*counts, 1)
    step = min(_WIDTH / len(labels), _WIDEST)
    drawn = []
    for at, (label, count) in enumerate(zip(labels, counts, strict=True)):
        # A square root keeps a bar of one visible beside one of ten thousand.
        height = (_HEIGHT - 30) * float(np.sqrt(count / top))
        x, y = at * step, _HEIGHT - height
        kind = "few" if at < marked else "many"
        drawn.append(
            Markup(
                '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}: {}</title></rect>'
            ).format(kind, x + 1, y, max(step - 2, 1), height, label, count)
        )
        if len(labels) <= 12 or at % 4 == 0:
            drawn.append(
                Markup('<text x="{:.1f}" y="{}">{}</text>').format(x + step / 2, _HEIGHT + _FOOT - 6, label)
            )
        if count and len(labels) <= 12:
            drawn.append(Markup('<text x="{:.1f}" y="{:.1f}">{}</text>').format(x + step / 2, y - 4, count))
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, _HEIGHT + _FOOT, title, Markup().join(drawn)
    )


def evidence(bits: NDArray[np.float64], sure: float) -> Markup:
    """Return how many pairs have how much evidence; those below `sure` need a person."""
    edges = np.arange(_LEAST_BITS, _MOST_BITS + _STEP_BITS, _STEP_BITS)
    counts = np.histogram(np.clip(bits, _LEAST_BITS, _MOST_BITS - 1e-6), edges)[0]
    return bars(
        [str(edge) for edge in edges[:-1]],
        [int(count) for count in counts],
        title="pairs by evidence in bits",
        marked=int((edges[:-1] < sure).sum()),
    )
