"""Duplicate customers: found at a million, explained, for a person to decide."""

from assist.duplicates.engine import Findings, find_duplicates, link
from assist.duplicates.kind import Kind
from assist.duplicates.rules import Rules
from assist.duplicates.settings import Settings

__all__ = ["Findings", "Kind", "Rules", "Settings", "find_duplicates", "link"]
