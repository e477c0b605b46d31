"""Which programs are held out from all tuning: a third, by their names alone."""

from __future__ import annotations

import hashlib
from pathlib import Path


def is_held_out(file: str) -> bool:
    """Whether a program is held out; a fault and its fixed twin always go together."""
    stem = Path(file).stem.removesuffix("_before").removesuffix("_after")
    return hashlib.sha256(stem.encode()).digest()[0] % 3 == 0
