"""Contacts and organizations are found by what they have now, however often it changed."""

from hypothesis import given
from hypothesis import strategies as st

from streak_netsuite.sandbox.streak.marks import Marks

KEYS = st.sampled_from("abcd")
ADDRESSES = st.lists(st.sampled_from(["1@x", "2@x", "3@x"]), max_size=2, unique=True)


@given(st.lists(st.tuples(KEYS, st.none() | ADDRESSES), max_size=20), ADDRESSES)
def test_those_found_are_those_a_look_at_all_would_find(changes, wanted):
    known = {}
    marks = Marks("contact", known)
    for key, addresses in changes:
        if addresses is None:
            known.pop(key, None)
            continue
        known[key] = {"key": key, "creationDate": -ord(key), "emailAddresses": addresses}
        marks.note(known[key])
    all_of_them = [party for party in known.values() if set(party["emailAddresses"]) & set(wanted)]
    assert marks.having(wanted) == sorted(all_of_them, key=lambda party: party["creationDate"])
