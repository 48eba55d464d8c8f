"""Made-up firms for tests of what finds duplicates."""

import random

_FIRST = "Abbot Byrne Castell Dawes Ekholm Farrow Gladwin Hobday Ibarra Jessop Keswick Lund Marlow Norrby Oakes".split()
_TRADES = (
    "Roofing Plumbing Robotics Textiles Catering Printing Logistics Dental Foundry Optics Brewing".split()
)
_STREETS = ["Mill Lane", "Harbour Road", "Station Street", "Church Walk", "King Street", "Orchard Way"]
_TOWNS = ["Leeds", "York", "Hull", "Bath", "Ely", "Wells", "Truro"]


def a_firm(rng: random.Random) -> dict[str, str]:
    """Return one firm."""
    name = f"{rng.choice(_FIRST)} {rng.choice(_FIRST)} {rng.choice(_TRADES)}"
    return {
        "company": f"{name} Ltd",
        "email": f"{rng.choice(['info', 'office', 'sales'])}@{name.replace(' ', '').lower()}{rng.randint(1, 99)}.example.co",
        "phone": f"01{rng.randint(10**8, 10**9 - 1)}",
        "street": f"{rng.randint(1, 200)} {rng.choice(_STREETS)}",
        "city": rng.choice(_TOWNS),
        "postcode": f"{rng.choice('ABCDEFGH')}{rng.randint(1, 30)} {rng.randint(1, 9)}XY",
    }
