"""A run that found duplicates, as a ledger keeps it, with names that are no words."""

from streak_netsuite.sync.duplicate_case import SCOPE, FoundDuplicates, FoundGroup, PairName, PairQuestion

EVIL = "<img src=x onerror=alert(1)> Ltd"
ARABIC = "شركة النور للتجارة"
PAIRS = (PairName(left="11", right="12"), PairName(left="21", right="22"), PairName(left="31", right="32"))


def found_duplicates() -> FoundDuplicates:
    """Return three pairs that wait, one of them a group."""
    names = [
        (EVIL, "img src Limited"),
        (ARABIC, f"{ARABIC} ذ.م.م"),
        ("Acme Berlin 2 GmbH", "Acme Berlin 3 GmbH"),
    ]
    return FoundDuplicates(
        scope=SCOPE,
        records=1200,
        groups=[
            FoundGroup(id="c-1", members=["11", "12"], band="review", probability=0.93, at_stake=1250.5),
            FoundGroup(id="c-2", members=["51", "52"], band="sure", probability=0.9999, at_stake=90.0),
        ],
        questions=[
            PairQuestion(pair=pair, bits=bits, place=place, body=_body(pair, both))
            for place, (pair, bits, both) in enumerate(zip(PAIRS, (0.4, 3.7, -2.2), names, strict=True))
        ],
        page=f"<!doctype html><title>Report</title><body><h1>Duplicate customers</h1><p>{len(names)} pairs</p>",
        sheet="duplicate_group,record\nc-1,11\nc-1,12\n",
    )


def _body(pair: PairName, names: tuple[str, str]) -> dict[str, object]:
    records = {
        one: {"name": name, "city": "Leeds", "phone": f"0113 496 00{at}"}
        for at, (one, name) in enumerate(zip((pair.left, pair.right), names, strict=True))
    }
    reasons = [
        {"what": "name", "words": "nearly the same", "bits": 6.1},
        {"what": "phone", "words": "different", "bits": -3.4},
        {"what": "city", "words": "the same", "bits": 1.2},
    ]
    return {"records": records, "reasons": reasons}
