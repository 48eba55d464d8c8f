"""Checks that guess from records what NetSuite does not say: whether it numbers customers, and the user's time zone."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.search_request import SearchRequest, any_of, checked, on_or_after
from streak_netsuite.doctor.bench import Bench
from streak_netsuite.doctor.finding import Finding, fail, ok, warn

_WINDOW = timedelta(days=90)
_ENOUGH = 5  # records from which a habit is worth a word
_MOSTLY = 0.8
_NUMBERED = re.compile(r"(\D{0,12}?)0*\d+(?:\s.*)?\Z")
_DAY_SHIFT = timedelta(days=1)


def customer_names(bench: Bench) -> Iterator[Finding]:
    """Whether customers get their number from NetSuite, or their name from the mapping. A guess from recent customers."""
    now = bench.clock()
    page = bench.sample(
        SearchRequest(subject="Customer", criteria={"lastModifiedDate": on_or_after(now - _WINDOW)})
    )
    names = [record.text("entityId") for record in page.records]
    prefixes = Counter(m.group(1).casefold() for name in names if (m := _NUMBERED.match(name)))
    most = max(prefixes.values(), default=0)
    numbered, mapped = most >= _MOSTLY * len(names), bench.spec.customer.fields.entity_id is not None
    if len(names) < _ENOUGH:
        yield ok("too few customers to tell whether NetSuite numbers them")
    elif numbered and mapped:
        yield warn(
            f"NetSuite seems to number customers ({names[-1]}), and the mapping fills entity_id: NetSuite refuses it",
            "take entity_id out of customer.fields, or tick Allow Override in Setup, Company, Auto-Generated Numbers",
        )
    else:
        how = (
            "numbered by NetSuite"
            if numbered
            else "named by the mapping"
            if mapped
            else "known by their names"
        )
        yield ok(f"customers are {how}")


def user_zone(bench: Bench) -> Iterator[Finding]:
    """Whether `user_time_zone` is the zone of the integration's user.

    NetSuite shows a date as midnight in that user's zone (section_1521451348, read 2026-11).
    """
    criteria = {
        "type": any_of("_salesOrder"),
        "mainLine": checked(value=True),
        "lastModifiedDate": on_or_after(bench.clock() - _WINDOW),
    }
    page = bench.sample(SearchRequest(subject="Transaction", criteria=criteria))
    days = [day for record in page.records if (day := record.moment("tranDate")) is not None]
    zone = ZoneInfo(bench.netsuite_settings.user_time_zone)
    off = [day for day in days if day.astimezone(zone).time() != time(0)]
    if not days:
        yield warn(
            "no recent sales order to tell the user's time zone from",
            "compare 'user_time_zone' with Home, Set Preferences of the integration's user",
        )
    elif off:
        yield fail(
            f"dates of {len(off)} of {len(days)} orders are not midnight in {zone.key}, but at {_offsets(off)} from UTC:"
            " orders would be dated a day off at some hours",
            "set 'user_time_zone' of the NetSuite connection as Home, Set Preferences of the integration's user says",
        )
    else:
        yield ok(f"the user's time zone is {zone.key}, as far as {len(days)} orders tell")


def _offsets(days: list[datetime]) -> str:
    """Return in which offsets from UTC these moments are midnight."""
    found = set()
    for day in days:
        behind = timedelta(hours=day.hour, minutes=day.minute)
        offset = -behind if behind <= timedelta(hours=12) else _DAY_SHIFT - behind
        found.add(int(offset.total_seconds() // 60))
    return ", ".join(f"{'+' if m >= 0 else '-'}{abs(m) // 60:02d}:{abs(m) % 60:02d}" for m in sorted(found))
