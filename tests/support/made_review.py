"""All that the page about duplicates can show, with names that are no words, nobody's script and no end."""

from collections.abc import Mapping, Sequence
from typing import Any

from made_duplicates import ARABIC, EVIL

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
KEYS = tuple(f"agxzfm1haWxmb29nYWVyOgsSDE9yZ2FuaXphdGlvbhiAgICA{number:04d}DA" * 2 for number in range(6))
WHY = (
    "asked their accountant on the phone, who says that both are one firm since the move to the new building "
    * 3
)
REASONS = [
    {"what": "name", "words": "nearly the same", "bits": 6.1},
    {"what": "phone", "words": "different", "bits": -3.4},
    {
        "what": "registration number",
        "words": "the same, and rare: it stands in two records alone",
        "bits": 12.0,
    },
]
FIELDS = [
    {"name": "name", "left": EVIL, "right": ARABIC},
    {"name": "address_line", "left": LONG, "right": f"{LONG} 2"},
    {"name": "e_mail", "left": f"{'a' * 64}@{'firm' * 15}.example", "right": ""},
    {"name": "phone", "left": "+49 89 5550100", "right": "+49 89 5550100"},
]


def opened(*, among: str = "customers", runs: int = 3, questions: int = 2) -> dict[str, Any]:
    """Return the queue of a table."""
    run = {"records": 1_204_311, "groups": 20_871, "sure": 17_002, "new": 12, "resolved": 3, "ignored": 1}
    pair = {"left": KEYS[0], "right": KEYS[1], "probability": 0.934, "fields": FIELDS, "reasons": REASONS}
    return {
        "among": among,
        "runs": [{"id": id_, "at": "2026-11-23T04:07:31+00:00", **run} for id_ in range(runs)],
        "waiting": {"customers": questions, "organizations": 1200, "contacts": 0},
        "decided": 11,
        "learned": "The last run had too few decisions to learn from: ten of each kind are the least.",
        "questions": [pair] * questions,
    }


def merges() -> dict[str, Any]:
    """Return the checklist of what to merge in NetSuite."""
    return {
        "merges": [
            merge("open", EVIL, ARABIC),
            merge("filled", ARABIC, LONG),
            {**merge("seen", LONG, EVIL), "goes": [], "gone": [{"id": "1203", "name": ARABIC}, {"id": "9", "name": ""}]},
        ],
        "more": 3,
        "disputed": [["11", "12", "13"]],
    }  # fmt: skip


def merge(state: str, stays: str, goes: str) -> dict[str, Any]:
    """Return one of its merges."""
    other = {
        **_customer("1042", goes, inactive=True),
        "moves": ["2 invoices, 1 sales order", "in Streak: organization agxz, when the merge is seen"],
        "address": f"{LONG}, {ARABIC}",
    }
    return {
        "state": state,
        "key": f"fill-{state}" if state == "open" else "",
        "stays": _customer(f"1017-{state}", stays),
        "goes": [other],
        "fields": [
            _field("email", "", f"{'b' * 60}@firm.example"),
            _field("phone", "+1 412 555 0143", "+1 412 555 0143"),
            _field("registration_number", "", ""),
        ],
        "said": [{"pair": "1017 and 1042", "by": "maya", "why": WHY}],
        "gone": [],
    }


def _customer(id_: str, name: str, *, inactive: bool = False) -> dict[str, Any]:
    money = ["open balance 1,200.00", "unbilled orders 48,120.50"]
    return {"id": id_, "number": "CUST-004711", "name": name, "inactive": inactive, "money": money}


def _field(name: str, now: str, after: str) -> dict[str, Any]:
    choices = [{"id": "1042", "value": after}, {"id": "1017", "value": after}] if after else []
    return {"name": name, "now": now, "new": after, "of": "1042" if after else "", "choices": choices}


def parties() -> dict[str, Any]:
    """Return the checklist of what to make one in Streak."""
    said = [{"pair": "one", "by": "maya", "why": WHY}]
    one = {"records": _parties(), "said": said, "blocked": ""}
    other = {
        **one,
        "records": _parties(KEYS[3:])[::-1],
        "blocked": f"{LONG} and {ARABIC} are tied to two customers",
    }
    return {
        "organizations": {"sets": [one], "more": 4, "disputed": [list(KEYS[:3])]},
        "contacts": {"sets": [other], "more": 0, "disputed": []},
    }


def _parties(keys: Sequence[str] = KEYS[:3]) -> list[dict[str, Any]]:
    names = (EVIL, ARABIC, LONG)
    reached = "x@firm.example"
    return [{"id": key, "name": name, "reached": reached} for key, name in zip(keys, names, strict=True)]


def relink(among: str = "organizations") -> dict[str, Any]:
    """Return the plan of one of them."""
    stays, *goes = _parties()
    links = {
        "count": 12,
        "linked": [EVIL, LONG, ARABIC],
        "more": 9,
        "links": [f"contact {LONG} links to it", f"organization {ARABIC} links to it"],
        "steps": ["delete it in Streak, once nothing links to it"],
    }
    return {
        "among": among,
        "key": "relink-1",
        "blocked": "",
        "stays": stays,
        "goes": [{**one, **links} for one in goes],
        "boxes": [f"box{number}" for number in range(24)],
        "contacts": ["c1"],
        "organizations": ["o1"],
        "writes": 26,
        "at_once": 20,
    }


def ties() -> dict[str, Any]:
    """Return organizations that look like customers."""
    link = {"left": KEYS[0], "right": "1017", "probability": 0.72, "fields": FIELDS, "reasons": REASONS}
    return {"run": 4, "waiting": 1, "links": [link]}


class FullHost:
    """Answers every question of the page.

    Attributes:
        errors: what cannot be answered, by command.
        queue: answers the queue.
    """

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}
        self.queue = opened
        self.tied: Mapping[str, Any] = ties()

    def answer(self, command: str, payload: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
        """Return {"result": ...} or {"error": ...}."""
        if command in self.errors:
            return {"error": self.errors[command]}
        answers: dict[str, Any] = {
            "merges": merges,
            "plan_merge": lambda: merge("open", EVIL, ARABIC),
            "parties": parties,
            "plan_relink": lambda: relink(payload["among"]),
            "ties": lambda: self.tied,
        }
        return {"result": answers[command]() if command in answers else self.queue(among=payload["among"])}

    def page(self, run_id: int) -> str | None:
        """Return a run's report as HTML, or None."""

    def sheet(self, run_id: int) -> str | None:
        """Return a run's report as CSV, or None."""
