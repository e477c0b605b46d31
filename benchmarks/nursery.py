"""Run programs under `torchvitals run`, each in a child of a process that has imported torch.

To import torch and scikit-learn takes longer than most programs do. A child that is forked has them
at once; else it is a process of its own, as if `python benchmarks/seeded.py` had begun it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[1]
BEFORE = (
    "torchvitals.vitals",
    "torchvitals.report.shown",
    "sklearn.datasets",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.preprocessing",
)
"""Imported before any child is born, where it is there."""


class Nursery:
    """One process that bears children, one at a time. Use it as a context manager."""

    def __init__(self) -> None:
        orders, self._orders = os.pipe()
        self._answers, answers = os.pipe()
        self._server = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.nursery", str(orders), str(answers)],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(orders, answers),
        )
        os.close(orders)
        os.close(answers)

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._orders)
        self._server.wait()
        os.close(self._answers)

    def run(self, words: Sequence[str], folder: Path, limit_seconds: float) -> int | None:
        """Run `seeded.py` with these words in a folder: its exit status, or None where the time ran
        out and it was killed with all that it started.

        Raises:
            ChildProcessError: the process that bears the children is gone.
        """
        order = json.dumps([list(words), str(folder)]) + "\n"
        os.write(self._orders, order.encode())
        child = self._answer()
        until = time.monotonic() + limit_seconds
        if not select.select([self._answers], [], [], max(until - time.monotonic(), 0.0))[0]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            self._answer()
            return None
        return self._answer()

    def _answer(self) -> int:
        said = b""
        while not said.endswith(b"\n"):
            part = os.read(self._answers, 1)
            if not part:
                raise ChildProcessError("the process that bears the children is gone")
            said += part
        return int(said)


def serve(orders: int, answers: int) -> list[str]:
    """Bear a child for each order, until they end. Returns in a child, with its words."""
    with open(orders, encoding="utf-8") as asked, open(answers, "w", encoding="utf-8") as told:
        for order in asked:
            words, folder = json.loads(order)
            child = os.fork()
            if not child:
                os.setsid()
                os.chdir(folder)
                return words
            print(child, file=told, flush=True)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=told, flush=True)
    sys.exit()


if __name__ == "__main__":
    from benchmarks.seeded import run

    for name in BEFORE:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    run(serve(int(sys.argv[1]), int(sys.argv[2])))
