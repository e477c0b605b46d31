"""How a command says no: one line on stderr, and the status of bad usage."""

from __future__ import annotations

import contextlib
import sys
from typing import NoReturn

from torchvitals.words import UnknownLanguageError, check_language

_USAGE_STATUS = 2
_SIGNS = {"zh": "中"}
"""A sign of each language that not every encoding has."""


def refuse(message: str) -> NoReturn:
    """Say why, and exit with the status of bad usage."""
    tell(f"torchvitals: {message}")
    sys.exit(_USAGE_STATUS)


def tell(message: str) -> None:
    """A line on stderr, if there is one."""
    stream = sys.stderr or sys.__stderr__
    with contextlib.suppress(Exception):  # closed, a broken pipe, or an object of the user's
        if stream is not None:
            print(message, file=stream)


def check_speakable(lang: str, *, stderr: bool = False) -> None:
    """Refuse a language that is not known, or that the terminal can't write."""
    try:
        check_language(lang)
    except UnknownLanguageError as error:
        refuse(str(error))
    encoding = getattr(sys.stderr if stderr else sys.stdout, "encoding", None) or "utf-8"
    try:
        _SIGNS.get(lang, "").encode(encoding)
    except (UnicodeEncodeError, LookupError):
        refuse(f"Can't write {lang} in the encoding {encoding}. Try: export PYTHONIOENCODING=utf-8")
