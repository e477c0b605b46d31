"""Chunks computed on a Ray cluster (extra `ray`)."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from torchvitals.lab.sweep.chunks import THREADS, Chunk, Failure, Outcome, compute

HERE = "local"
"""No address: a cluster of this machine alone, begun and ended with the sweep."""
_KNOCK_SECONDS = 10.0
_AHEAD = 2
"""Chunks handed out for each core, so that none waits for the driver."""


class NoRayError(Exception):
    """Ray is an extra, and absent."""


class RayCluster:
    """The cluster at an address, or one of this machine."""

    def __init__(self, address: str = HERE, workers: int | None = None) -> None:
        """Join it, or begin one of `workers` cores.

        Raises:
            NoRayError: Ray is not installed.
            ConnectionError: there is no cluster at the address.
        """
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            ray: Any = import_module("ray")
        except ImportError as error:
            raise NoRayError from error
        self._ray = ray
        self._is_ours = not ray.is_initialized()
        if self._is_ours:
            self._join(address, workers)
        # A lost worker is ours to count, as it is locally; the environment makes each one-threaded.
        remote: Any = ray.remote(max_retries=0, num_cpus=1, runtime_env={"env_vars": THREADS})
        self._compute: Any = remote(compute)
        self._busy: dict[Any, Chunk] = {}

    def _join(self, address: str, workers: int | None) -> None:
        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
        if address == HERE:
            self._ray.init(address=HERE, num_cpus=workers, include_dashboard=False, **quiet)
        else:
            _knock(address)
            self._ray.init(address=address, **quiet)

    def has_room(self) -> bool:
        """Whether fewer are out than keep every core of the cluster busy."""
        cores = int(self._ray.cluster_resources().get("CPU", 1))
        return len(self._busy) < _AHEAD * max(cores, 1)

    def start(self, chunk: Chunk) -> None:
        """Hand it to the cluster."""
        self._busy[self._compute.remote(chunk)] = chunk

    def ended(self) -> Iterator[tuple[Chunk, Outcome | None]]:
        """Those that end next; None for one whose worker, or whose machine, was lost."""
        done, _ = self._ray.wait(list(self._busy), num_returns=1)
        for reference in done:
            chunk = self._busy.pop(reference)
            yield chunk, self._outcome(chunk, reference)

    def _outcome(self, chunk: Chunk, reference: Any) -> Outcome | None:
        errors: Any = self._ray.exceptions
        try:
            return self._ray.get(reference)
        except (errors.RayTaskError, errors.RuntimeEnvSetupError) as error:
            reason = str(error).strip().splitlines()[-1]
            return Outcome((), tuple(Failure(point, reason) for point in chunk.points))
        except errors.RayError:
            return None

    def close(self) -> None:
        """Give up what is running; end the cluster if it is ours."""
        for reference in self._busy:
            self._ray.cancel(reference, force=True)
        if self._is_ours:
            self._ray.shutdown()


def _knock(address: str) -> None:
    """Raise ConnectionError where nobody answers: Ray itself would try for many minutes."""
    place = urlsplit(address if "://" in address else f"//{address}")
    if place.hostname is None or place.port is None:
        return
    try:
        socket.create_connection((place.hostname, place.port), timeout=_KNOCK_SECONDS).close()
    except OSError as error:
        raise ConnectionError(f"nobody answers there ({error})") from error
