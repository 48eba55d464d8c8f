"""How sure the assistant is, drawn."""

import re
from xml.etree import ElementTree as ET

from assist.mapping.catalogue import Field
from assist.mapping.suggestion import Band, Candidate, Suggestion
from streak_netsuite.mapping_desk.plot import confidence_plot

MEMO = Field(record="salesorder", id="memo")


def a_suggestion(name: str, probability: float, band: Band) -> Suggestion:
    candidate = Candidate(target=MEMO, probability=probability)
    return Suggestion(
        source=Field(record="box", id=name),
        chosen=None if band is Band.ABSTAIN else candidate,
        band=band,
        candidates=[candidate],
    )


def test_each_suggestion_is_a_bar_and_the_surest_stands_first() -> None:
    told = [
        a_suggestion("Odd", 0.1, Band.ABSTAIN),
        a_suggestion("PO <number>", 0.97, Band.SUGGEST),
        a_suggestion("Note", 0.5, Band.REVIEW),
    ]
    drawn = confidence_plot(told, {MEMO.key: "sales_order.fields.memo"})
    root = ET.fromstring(drawn)
    titles = [one.text for one in root.iter("{http://www.w3.org/2000/svg}title")]
    assert titles == [
        "box: PO <number> → sales_order.fields.memo: 0.97, suggest",
        "box: Note → sales_order.fields.memo: 0.50, review",
        "box: Odd → ?: 0.10, abstain",
    ]
    widths = [float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)"', drawn)]
    assert widths == sorted(widths, reverse=True)
    assert root.attrib["aria-label"].startswith("3 suggestions by probability")
