"""Paths and texts as an expression writes them."""

import re

from streak_netsuite.mapping.source import parse_path

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def path_expression(path: str) -> str:
    """Return a path as an expression writes it: `box.fields['PO number']`."""
    root, *rest = parse_path(path).steps
    return str(root) + "".join(map(_step, rest))


def quoted(text: str) -> str:
    """Return a text as an expression writes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _NAME.match(step) else f"[{quoted(step)}]"
