"""Where chunks are computed. Here: processes of this machine."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from typing import Protocol

from torchvitals.lab.sweep.chunks import THREADS, Chunk, Outcome, compute


class Place(Protocol):
    """Takes chunks, and gives back what became of them."""

    def has_room(self) -> bool:
        """Whether it would begin another now."""
        ...

    def start(self, chunk: Chunk) -> None:
        """Begin one."""
        ...

    def ended(self) -> Iterator[tuple[Chunk, Outcome | None]]:
        """Wait for one or more to end; None for one whose worker was lost."""
        ...

    def close(self) -> None:
        """Stop at once: what is running is given up."""
        ...


class Processes:
    """Single-process pools, one a worker: so a death is known by its chunk, and harms no other."""

    def __init__(self, workers: int) -> None:
        self._free = [_pool() for _ in range(workers)]
        self._busy: dict[Future[Outcome], tuple[Chunk, ProcessPoolExecutor]] = {}
        self._others = set(multiprocessing.active_children())

    def has_room(self) -> bool:
        """Whether a worker is idle."""
        return bool(self._free)

    def start(self, chunk: Chunk) -> None:
        """Give it to an idle worker."""
        pool = self._free.pop()
        self._busy[pool.submit(compute, chunk)] = chunk, pool

    def ended(self) -> Iterator[tuple[Chunk, Outcome | None]]:
        """Those that end next; a dead worker is replaced."""
        done, _ = wait(self._busy, return_when=FIRST_COMPLETED)
        for future in done:
            chunk, pool = self._busy.pop(future)
            try:
                outcome = future.result()
            except BrokenProcessPool:
                pool.shutdown(wait=False)
                pool, outcome = _pool(), None
            self._free.append(pool)
            yield chunk, outcome

    def close(self) -> None:
        """Kill the workers."""
        for process in set(multiprocessing.active_children()) - self._others:
            process.kill()
        for pool in [*self._free, *(pool for _, pool in self._busy.values())]:
            pool.shutdown(wait=False, cancel_futures=True)


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        1, mp_context=multiprocessing.get_context("spawn"), initializer=_settle
    )


def _settle() -> None:
    """Of a worker: one thread; Ctrl-C is its parent's to hear; it ends when its parent does."""
    os.environ.update(THREADS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        with contextlib.suppress(OSError):
            wait_for([parent.sentinel])
        os._exit(1)
