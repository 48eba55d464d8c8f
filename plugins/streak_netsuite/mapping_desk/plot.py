"""How sure the assistant is, as a picture: one bar for each suggestion, drawn from names and probabilities alone."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from assist.mapping.settings import SuggesterSettings
from assist.mapping.suggestion import Band, Suggestion
from streak_netsuite.mapping_desk.targets import in_line

FieldKey = tuple[str, str]
_WIDTH, _NAMES, _ROW, _HEAD = 900, 430, 20, 24
_COLOURS: Mapping[Band, str] = {Band.SUGGEST: "#047857", Band.REVIEW: "#b45309", Band.ABSTAIN: "#9ca3af"}
_LONGEST = 62


def confidence_plot(
    suggestions: Sequence[Suggestion],
    paths: Mapping[FieldKey, str],
    settings: SuggesterSettings | None = None,
) -> str:
    """Return an SVG of the suggestions, the surest first, with lines where the bands begin.

    Args:
        paths: where a mapping fills each target.
    """
    limits = settings or SuggesterSettings()
    ordered = sorted(suggestions, key=lambda one: -one.probability)
    height = _HEAD + _ROW * len(ordered)
    title = f"{len(ordered)} suggestions by probability; suggest from {limits.suggest_from}, review from {limits.review_from}"
    drawn = [_bar(one, at, paths) for at, one in enumerate(ordered)]
    drawn += [_limit(band, least, height) for band, least in _limits(limits)]
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="100%" role="img" aria-label="{}" '
            'font-family="sans-serif" font-size="12">{}</svg>'
        ).format(_WIDTH, height, title, Markup().join(drawn))
    )


def _limits(settings: SuggesterSettings) -> Sequence[tuple[Band, float]]:
    return [(Band.SUGGEST, settings.suggest_from), (Band.REVIEW, settings.review_from)]


def _x(probability: float) -> float:
    return _NAMES + (_WIDTH - _NAMES - 40) * probability


def _bar(one: Suggestion, at: int, paths: Mapping[FieldKey, str]) -> Markup:
    top = _HEAD + _ROW * at
    goes = in_line(paths[one.chosen.target.key], one.line) if one.chosen else "?"
    name = f"{one.source.record}: {one.source.title} \u2192 {goes}"
    shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}\u2026"
    return Markup(
        '<text x="{}" y="{}" text-anchor="end" fill="currentColor">{}</text>'
        '<rect x="{}" y="{}" width="{:.1f}" height="{}" fill="{}"><title>{}: {:.2f}, {}</title></rect>'
        '<text x="{:.1f}" y="{}" fill="currentColor">{:.2f}</text>'
    ).format(
        _NAMES - 8, top + 14, shown,
        _NAMES, top + 3, max(_x(one.probability) - _NAMES, 1), _ROW - 6, _COLOURS[one.band], name, one.probability, one.band.value,
        _x(one.probability) + 4, top + 14, one.probability,
    )  # fmt: skip


def _limit(band: Band, least: float, height: int) -> Markup:
    x = _x(least)
    return Markup(
        '<line x1="{0:.1f}" x2="{0:.1f}" y1="18" y2="{1}" stroke="{2}" stroke-dasharray="4 3"/>'
        '<text x="{0:.1f}" y="13" text-anchor="middle" fill="currentColor">{3}</text>'
    ).format(x, height, _COLOURS[band], band.value)
