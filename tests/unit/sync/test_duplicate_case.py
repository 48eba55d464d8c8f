"""The tables that are searched for duplicates."""

import pytest

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.sync.duplicate_case import Among, tables_of


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("customers, organizations, contacts", list(Among)),
        ("contacts,customers,customers", [Among.CUSTOMERS, Among.CONTACTS]),
        ("", []),
    ],
)
def test_a_setting_names_the_tables_that_are_searched(text, named):
    assert tables_of(text) == named


def test_a_table_that_there_is_not_is_named():
    with pytest.raises(ConfigurationError, match="no table 'vendors'; name some of customers, organizations"):
        tables_of("customers, vendors")


def test_one_of_a_table_has_a_name():
    assert [among.one for among in Among] == ["customer", "organization", "contact"]
