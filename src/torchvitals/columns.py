"""Text measured in columns of a terminal, where a Chinese character takes two."""

from __future__ import annotations

import re
import textwrap
from unicodedata import east_asian_width

_CLOSING = "，。、；：！？）》」』”’％…"
"""A line must not begin with any of these."""
_OPENING = "（《「『“‘"
"""A line must not end with any of these."""
_PIECE = re.compile(rf"[{_OPENING}]*(?:[^\s\u2e80-\uffef]+|[^\s])[{_CLOSING}]*(\s*)", re.DOTALL)
"""What is not broken: a word, or one wide character, with the signs that cling to it."""


def columns(text: str) -> int:
    """How many columns a line takes.

    >>> columns("ReLU"), columns("梯度")
    (4, 4)
    """
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def padded(text: str, width: int) -> str:
    """The text with spaces after it, up to a width in columns.

    >>> padded("位置", 6) + "|"
    '位置  |'
    """
    return text + " " * (width - columns(text))


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns; nothing within a word is broken."""
    if columns(text) == len(text):
        return textwrap.wrap(text, width, break_on_hyphens=False)
    lines: list[str] = []
    line = ""
    for piece in _PIECE.finditer(text.strip()):
        if line and columns(line + piece.group().rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece.group()
    return [*lines, line.rstrip()] if line.strip() else lines
