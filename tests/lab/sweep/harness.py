"""What the tests of local and of Ray's sweeps share: a worker is killed from outside."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.lab.sweep.stubs import Knobs
from torchvitals.lab.sweep.grid import Point, grid
from torchvitals.lab.sweep.parquet import FILE, write
from torchvitals.lab.sweep.places import Place, Processes
from torchvitals.lab.sweep.sweeping import Sweep, sweep

LEANER = "tests.lab.sweep.stubs:LEANER"


def points(log: Path, mode: str, seeds: int, widths: str = "1,2") -> list[Point]:
    log.mkdir(exist_ok=True)
    return grid(Knobs, [f"mode={mode}", f"log={log}", f"width={widths}", "rate=0.1"], seeds)


def swept(
    folder: Path, asked: list[Point], place: Callable[[], Place] = lambda: Processes(1)
) -> Sweep:
    state = sweep(LEANER, asked, folder, place, workers=1)
    write(folder / FILE, asked, state.known)
    return state


def runs(log: Path) -> list[str]:
    return ["-".join(file.name.split("-")[:3]) for file in sorted(log.glob("*.done"))]


@contextlib.contextmanager
def axe(log: Path) -> Iterator[None]:
    """Kill, with SIGKILL, the first worker that tells its process."""

    def swing() -> None:
        while not (log / "pid").exists():
            time.sleep(0.05)
        os.kill(int((log / "pid").read_text()), signal.SIGKILL)

    log.mkdir(exist_ok=True)
    thread = threading.Thread(target=swing, daemon=True)
    thread.start()
    yield
    thread.join(timeout=60)
    assert not thread.is_alive()
