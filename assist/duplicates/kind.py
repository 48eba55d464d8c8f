"""What a column of a customer table holds."""

import enum


class Kind(enum.StrEnum):
    """What the values of a column are; it decides how they are cleaned, compared and weighed."""

    PERSON = enum.auto()
    COMPANY = enum.auto()
    STREET = enum.auto()
    HOUSE_NUMBER = enum.auto()
    POSTCODE = enum.auto()
    CITY = enum.auto()
    CATEGORY = enum.auto()
    DATE = enum.auto()
    PHONE = enum.auto()
    EMAIL = enum.auto()
    DOMAIN = enum.auto()
    IDENTIFIER = enum.auto()
    TITLE = enum.auto()
    TEXT = enum.auto()
    NUMBER = enum.auto()
    MARKS = enum.auto()
    IGNORED = enum.auto()
