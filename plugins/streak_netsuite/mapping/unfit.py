"""A value that does not fit, before it is known which field it was meant for."""

_SHOWN_CHARACTERS = 60  # enough to recognise a value; a whole note or address stays out of messages


class Unfit(ValueError):
    """A value cannot become what its target needs.

    Attributes:
        what: the value and what is wrong with it.
        fix: what a person can do about it.
    """

    def __init__(self, what: str, *, fix: str) -> None:
        super().__init__(f"{what}; {fix}")
        self.what = what
        self.fix = fix


def shown(value: object) -> str:
    """Return a value as a message shows it: quoted if text, and never longer than 60 characters."""
    if isinstance(value, tuple):
        return shortened("[" + ", ".join(shown(entry) for entry in value[:5]) + "]")
    text = str(value)
    return f"'{shortened(text)}'" if isinstance(value, str) else shortened(text)


def shortened(text: str) -> str:
    """Return text on one line, cut to 60 characters."""
    line = " ".join(text[: _SHOWN_CHARACTERS * 4].split())
    return line if len(line) <= _SHOWN_CHARACTERS else line[: _SHOWN_CHARACTERS - 1] + "…"
