"""The other ranks of a distributed run: each process writes a store of its own beside the others'.

The stores are joined when one is read, by what their facts say of the launch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from torchvitals.record.recording import Ranks, Recording, Segment, assemble
from torchvitals.record.store import FILE_NAME, StoreError, read_facts, read_store

_TOGETHER_SECONDS = 60.0
"""The processes of one launch start within this."""


def with_ranks(recording: Recording, path: Path) -> Recording:
    """The recording with those of the other ranks that lie beside its store; unchanged where the
    run was one process.
    """
    rank, world = (_number(recording.facts, key) for key in ("rank", "world"))
    if rank is None or world is None:
        return recording
    directory = path if path.is_dir() else path.parent
    others = _others(recording, directory) if _launch(recording.facts) else {}

    def joined(segment: Segment) -> Segment:
        alike = tuple(
            (number, other)
            for number, recorded in sorted(others.items())
            for other in recorded.segments
            if other.record.number == segment.record.number
        )
        sharded = "sharded" in recording.facts
        exchanges = _number(recording.facts, "exchanges")
        return replace(segment, ranks=Ranks(rank, world, sharded, alike, exchanges))

    return replace(recording, segments=tuple(map(joined, recording.segments)))


def _others(recording: Recording, directory: Path) -> dict[int, Recording]:
    """The recording of each other rank; of several that fit, the one that began nearest."""
    found: dict[int, tuple[float, Path]] = {}
    for store in directory.parent.glob(f"*/{FILE_NAME}"):
        if store.parent == directory:
            continue
        try:
            facts = read_facts(store)
        except StoreError:
            continue
        rank, apart = _number(facts, "rank"), _seconds_apart(recording.facts, facts)
        if rank is None or apart > _TOGETHER_SECONDS or str(rank) == recording.facts["rank"]:
            continue
        alike = all(facts.get(key) == recording.facts.get(key) for key in ("world", "script"))
        if alike and _launch(facts) == _launch(recording.facts):
            found[rank] = min(found.get(rank, (apart, store)), (apart, store))
    read: dict[int, Recording] = {}
    for rank, (_, store) in found.items():
        try:
            read[rank] = assemble(read_store(store))
        except StoreError:
            continue
    return read


def _launch(facts: dict[str, str]) -> str:
    """What the processes of one launch have in common: the process that began them all, or what
    its environment told each.
    """
    return facts.get("began") or facts.get("launch", "")


def _number(facts: dict[str, str], key: str) -> int | None:
    value = facts.get(key, "")
    return int(value) if value.isdigit() else None


def _seconds_apart(facts: dict[str, str], others: dict[str, str]) -> float:
    read: Callable[[str], datetime] = datetime.fromisoformat
    try:
        return abs((read(facts["started"]) - read(others["started"])).total_seconds())
    except (KeyError, ValueError, TypeError):
        return float("inf")


def load_with_ranks(path: Path) -> Recording:
    """Read the recording of a run from its store, and those of its other ranks.

    Raises:
        StoreError: the store can't be read.
    """
    return with_ranks(assemble(read_store(path)), path)
