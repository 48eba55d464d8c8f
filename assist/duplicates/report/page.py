"""The report as one page that needs nothing else: no script, no font, no picture from elsewhere."""

from functools import cache
from importlib import resources

from jinja2 import Environment, Template
from markupsafe import Markup, escape

from assist.duplicates.report import plots
from assist.duplicates.report.contents import Contents


def page(contents: Contents, *, sure_bits: float) -> str:
    """Return the page. Whatever stands in a name stands in the page as text.

    Args:
        sure_bits: from where on a pair counts as sure.
    """
    sizes = contents.sizes
    return _template().render(
        c=contents,
        evidence=plots.evidence(contents.bits, sure_bits),
        sizes=plots.bars(
            [str(size) for size in sizes], list(sizes.values()), title="groups by how many records they have"
        ),
        percent=_percent,
        money=_money,
        foldable=_foldable,
        weight=_weight,
    )


def _percent(chance: float) -> str:
    """Return a probability as people read it; nothing is certain."""
    if chance > 0.999:
        return "over 99.9 %"
    return f"{100 * chance:.1f} %" if chance >= 0.001 else "under 0.1 %"


def _weight(bits: float) -> str:
    shown = round(bits, 1)
    return f"{shown:+.1f}".replace("-", "\u2212") if shown else "0"


def _money(amount: float) -> str:
    return f"{amount:,.2f}"


def _foldable(text: str) -> Markup:
    """Return a text that, where it is too long for its place, goes on in a new line after an @."""
    return escape(text).replace("@", Markup("@<wbr>"))


@cache
def _template() -> Template:
    text = resources.files("assist.duplicates.report").joinpath("page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(text)
