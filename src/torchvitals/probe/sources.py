"""Which line of the user's code: from live frames, and from the stacks that anomaly mode leaves on
graph nodes.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import torch

_TORCH = str(Path(torch.__file__).parent)
_OURS = str(Path(__file__).parent.parent)
_STANDARD = str(Path(re.__file__).parent.parent)
_GIVE_LOCALS = frozenset({"locals", "vars"})
_FRAME = re.compile(r'\s*File "(?P<file>.+?)", line (?P<line>\d+)')


@cache
def is_users(file: str) -> bool:
    """Whether a source file is neither PyTorch's, the standard library's nor ours."""
    if file.startswith((_TORCH, _OURS, "<frozen", "<__array_function__")):
        return False
    return not (file.startswith(_STANDARD) and "site-packages" not in file)


def user_frames(frame: FrameType | None) -> Iterator[FrameType]:
    """The user's frames from the given one outwards."""
    while frame is not None:
        if is_users(frame.f_code.co_filename):
            yield frame
        frame = frame.f_back


def caller(frame: FrameType | None = None) -> FrameType | None:
    """The innermost frame of the user's code that is running now, from the given one outwards."""
    if frame is None:
        frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None and not is_users(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def is_readable(frame: FrameType) -> bool:
    """Whether `variables` reads the variables of a frame."""
    if sys.version_info >= (3, 13) or not frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        return True
    return not _GIVE_LOCALS.intersection(frame.f_code.co_names)


def variables(frame: FrameType) -> dict[str, Any]:
    """The variables of a frame by name, read so that the frame is left as it was.

    Before Python 3.13 a function's `f_locals` is a dictionary that lives as long as the call: it
    would hold the tensors of this step until then, so it is emptied. It is also what `locals()`
    gives out, so where the user's function may have asked for that it is not read at all. A
    debugger, too, may be reading it.
    """
    if not is_readable(frame):
        return {}
    if sys.version_info >= (3, 13) or not frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        return dict(frame.f_locals)
    found = dict(frame.f_locals)
    if sys.gettrace() is None:
        frame.f_locals.clear()
    return found


def line_of(frame: FrameType | None) -> str | None:
    """'train.py:20' for a frame."""
    if frame is None:
        return None
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"


def line_of_node(node: Any) -> str | None:
    """'train.py:20' for the forward call that made a graph node; None unless anomaly mode was on
    then.
    """
    metadata = node.metadata
    stack: list[str] | None = metadata.get("traceback_") if metadata else None
    if not stack:
        return None
    for entry in reversed(stack):
        found = _FRAME.match(entry)
        if found and is_users(found["file"]):
            return f"{Path(found['file']).name}:{found['line']}"
    return None
