"""Watch the training that a script leaves to processes of its own, as `torch.multiprocessing.spawn`
begins them.

Each such process is a fresh interpreter, which is told on its command line to watch itself; it
keeps a store beside those of its siblings, and the process that began it judges what they have
recorded when the script has ended. It waits for none: python does that later. What is forked is not
watched: it shares the hooks of a process that is not its own.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from torchvitals.after_import import after_import
from torchvitals.refusal import tell
from torchvitals.words import say

if TYPE_CHECKING:
    from torchvitals.vitals import Vitals

_SPAWN = "multiprocessing.spawn"


class Watching(NamedTuple):
    """How the processes that one process begins are to be watched. `began` names that process."""

    script: str
    out: str
    overhead: float
    every: int | None
    began: str


def watching(script: str, out: Path, overhead: float, every: int | None) -> Watching:
    """For the children of this process."""
    return Watching(script, str(out), overhead, every, f"{os.getpid():x}-{time.time_ns():x}")


def watch_children(how: Watching) -> None:
    """Have each process that multiprocessing spawns from now on watch itself."""
    after_import(_SPAWN, partial(_extend, how))


def _extend(how: Watching) -> None:
    module: Any = sys.modules[_SPAWN]
    usual = module.get_command_line

    def get_command_line(**arguments: Any) -> list[str]:
        words = usual(**arguments)
        known = os.fsdecode(words[0]) == sys.executable  # another python may not have us
        if known and "-c" in words:
            code = words.index("-c") + 1
            words[code] = f"{_first_line(how)}; {words[code]}"
        return words

    module.get_command_line = get_command_line


def _first_line(how: Watching) -> str:
    """What a child runs first. In hexadecimal digits, which no shell or platform has to quote."""
    source = (
        "try:\n from torchvitals.children import begin\n"
        f" begin{tuple(how)!r}\nexcept Exception: pass"
    )
    return f"exec(bytes.fromhex('{source.encode().hex()}').decode())"


def begin(script: str, out: str, overhead: float, every: int | None, began: str) -> None:
    """In a process that was spawned: watch it from its first import of torch to its end."""
    how = Watching(script, out, overhead, every, began)
    after_import("torch", partial(_begin, how))
    watch_children(how)


def _begin(how: Watching) -> None:
    try:
        from torchvitals.vitals import Vitals  # noqa: PLC0415  torch is there by now

        vitals = Vitals(
            directory=how.out,
            overhead=how.overhead,
            every=how.every,
            script=how.script,
            facts={"began": how.began},
        )
        vitals.start()
        atexit.register(_end, vitals)
    except Exception as error:  # noqa: BLE001  the promise: the observer never kills the run
        tell(say("torchvitals: not watching: {error}", error=f"{type(error).__name__}: {error}"))


def _end(vitals: Vitals) -> None:
    vitals.stop()
    forget_empty(vitals)


def forget_empty(vitals: Vitals) -> None:
    """Remove the store of a process that trained nothing, as one that loads data."""
    if vitals.path is not None and not vitals.recording().steps:
        shutil.rmtree(vitals.path, ignore_errors=True)


def trained(how: Watching) -> Path | None:
    """The store of the child that trained: of rank 0, or of the first that began; None where none
    did.
    """
    from torchvitals.record.recording import load  # noqa: PLC0415
    from torchvitals.record.store import (  # noqa: PLC0415  no sqlite3 before the script's
        FILE_NAME,
        StoreError,
        read_facts,
    )

    found: list[tuple[int, str, str]] = []
    for store in Path(how.out).glob(f"*/{FILE_NAME}"):
        try:
            facts = read_facts(store)
            if facts.get("began") != how.began:
                continue
            if not load(store.parent).steps:  # it was ended before it could clear up
                shutil.rmtree(store.parent, ignore_errors=True)
                continue
        except StoreError:
            continue
        found.append((int(facts.get("rank", "0")), facts.get("started", ""), str(store.parent)))
    return Path(min(found)[-1]) if found else None
