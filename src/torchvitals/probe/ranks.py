"""What this process is among the ranks of a distributed run, told without any communication."""

from __future__ import annotations

import os
from collections.abc import Iterable

import torch
from torch import distributed


class Rank:
    """This process among the others of its launch."""

    def __init__(self) -> None:
        self._first: int | None = None
        """Exchanges at the first look."""

    def facts(self, leaves: Iterable[torch.Tensor]) -> dict[str, str]:
        """Facts about this rank, as they stand; empty where there is one process alone.

        `launch` is what the ranks of one launch have in common, empty where the environment does
        not tell it. `exchanges` counts the collective calls of the script since the first look,
        empty where that is not known. `sharded` says that a parameter is one rank's part of a
        whole.
        """
        if not distributed.is_available() or not distributed.is_initialized():
            return {}
        world = distributed.get_world_size()
        if world <= 1:
            return {}
        told = [os.environ.get(name, "") for name in ("MASTER_ADDR", "MASTER_PORT")]
        launch = [*told, os.environ.get("TORCHELASTIC_RUN_ID", "")] if all(told) else []
        count = _exchanges()
        if self._first is None:
            self._first = count
        known = count is not None and self._first is not None
        facts = {
            "rank": str(distributed.get_rank()),
            "world": str(world),
            "launch": ":".join(launch),
            "exchanges": str(count - self._first) if known else "",  # pyright: ignore
        }
        return facts | ({"sharded": "yes"} if any(map(_is_part, leaves)) else {})


def _exchanges() -> int | None:
    """Collective calls so far, in all groups of this process; None where a group doesn't count."""
    try:
        groups = list(distributed.distributed_c10d._world.pg_map)  # pyright: ignore
        return sum(group._get_sequence_number_for_group() for group in groups)  # pyright: ignore
    except (RuntimeError, AttributeError, NotImplementedError):
        return None


def _is_part(leaf: torch.Tensor) -> bool:
    """A DTensor, as of FSDP2 and tensor parallelism, or the flat parameter of FSDP1."""
    return hasattr(leaf, "device_mesh") or hasattr(leaf, "_is_flat_param")
