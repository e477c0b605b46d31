"""The rule rank-divergence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look, ParameterLook
from torchvitals.record.recording import Ranks, Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.words import listed, say

_EQUAL = Threshold(
    2.0**-20,
    "of the RMS",
    "theorem",
    "replicas are equal to the bit; sums in another order differ by eight roundings of float32",
)
_MOVED = Threshold(
    64, "times", "convention", "two ranks' steps of a parameter differ by less than the steps"
)
_FEWEST_LOOKS = 2
"""One look alone shows no course."""


@final
@dataclass(frozen=True)
class RankDivergence(Rule):
    """The ranks of a distributed run train nets of their own, which are never brought together.

    What it detects:
        Processes of one launch that all train a net of the same shape, each on losses of its own,
        and whose parameters differ, all of them, from some step until the end.

    Why it is bad:
        Each rank learns from its own share of the data alone. The net that is saved, that of rank
        0 as a rule, knows nothing of what the others saw: the run costs as many machines as there
        are ranks, and gives what one of them would have given.

    Evidence:
        Mean and RMS of each parameter, and the loss, at the steps that the recordings of two ranks
        have in common, and how often the script let its ranks exchange anything. Each rank records
        for itself and sends nothing; the recordings are joined when the run is judged.

    Threshold:
        A difference of eight float32 roundings in every parameter that moves, at the last common
        look; replicas are equal to the last bit. No collective call between the first thorough look
        and the last: with such calls it is a note, as they may average the weights.

    Remedy:
        Wrap the net in DistributedDataParallel, and call the wrapper in the training step.

    When it is not a fault:
        Parameters that are sharded over the ranks (FSDP, tensor parallelism); nets that are
        averaged now and then, as local SGD does; buffers such as the running statistics of batch
        normalisation, which are each rank's own.

    References:
        Li et al. 2020, PyTorch Distributed, section 3; Stich 2019, Local SGD.
    """

    name: ClassVar[str] = "rank-divergence"
    family: ClassVar[str] = "across"

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        ranks = segment.ranks
        if ranks is None or ranks.sharded:
            return
        compared = {rank: _compare(segment, other) for rank, other in ranks.others}
        told = {rank: found for rank, found in compared.items() if len(found) >= _FEWEST_LOOKS}
        if not told:
            missing = say(
                "of the {world} ranks only the recording of rank {rank} was found, or no look in "
                "common",
                world=ranks.world,
                rank=ranks.rank,
            )
            yield NotJudged(self.name, missing)
            return
        apart = {rank: found for rank, found in told.items() if _since(found) is not None}
        if apart:
            yield _finding(segment, ranks, apart)


@dataclass(frozen=True)
class _Common:
    """A step at which two ranks were looked at."""

    step: int
    all_differ: bool
    all_equal: bool
    losses_differ: bool
    farthest: float
    """The largest difference of a parameter's RMS or mean, in units of its RMS."""


def _compare(segment: Segment, other: Segment) -> list[_Common]:
    """What the looks that both have in common show of the parameters that both train."""
    looks = {(look.stream, look.step): look for look in other.looks if look.crash is None}
    moving = _moving(segment)
    found: list[_Common] = []
    for look in segment.looks:
        twin = looks.get((look.stream, look.step))
        if twin is None or look.crash is not None:
            continue
        pairs = _pairs(look, twin, moving)
        differ = [_differ(p, q) for p, q in pairs]
        if differ:
            found.append(
                _Common(
                    look.step,
                    all(differ),
                    not any(differ),
                    abs(look.loss - twin.loss) > _EQUAL.value * abs(look.loss),
                    max(_distance(p, q) for p, q in pairs),
                )
            )
    return found


def _moving(segment: Segment) -> frozenset[str]:
    """The parameters that the training moves by more than rounding: a bias under batch
    normalisation, for one, has no gradient to speak of.
    """
    first: dict[str, ParameterLook] = {}
    moving: set[str] = set()
    for look in segment.looks:
        for parameter in look.parameters:
            began = first.setdefault(parameter.name, parameter)
            if _distance(began, parameter) > _MOVED.value * _EQUAL.value:
                moving.add(parameter.name)
    return frozenset(moving)


def _pairs(
    look: Look, twin: Look, moving: frozenset[str]
) -> list[tuple[ParameterLook, ParameterLook]]:
    others = {p.name: p for p in twin.parameters}
    return [
        (p, others[p.name])
        for p in look.parameters
        if p.name in moving and p.name in others and others[p.name].shape == p.shape
    ]


def _distance(p: ParameterLook, q: ParameterLook) -> float:
    size = max(p.weight.rms, q.weight.rms)
    return _apart(p, q) / size if size else 0.0


def _apart(p: ParameterLook, q: ParameterLook) -> float:
    return max(abs(p.weight.rms - q.weight.rms), abs(p.weight.mean - q.weight.mean))


def _differ(p: ParameterLook, q: ParameterLook) -> bool:
    return _distance(p, q) > _EQUAL.value


def _since(common: list[_Common]) -> int | None:
    """The position of the common look from which the nets differ for good; None where they never
    do, come together again, or have the same losses.
    """
    start = next((k for k, look in enumerate(common) if not look.all_equal), len(common))
    apart = common[start:]
    if not apart or not apart[-1].all_differ or not any(look.losses_differ for look in apart):
        return None
    if any(look.all_equal for look in apart):
        return None
    return start


def _finding(segment: Segment, ranks: Ranks, apart: dict[int, list[_Common]]) -> Finding:
    starts = {other: _since(found) or 0 for other, found in apart.items()}
    from_birth = any(start == 0 for start in starts.values())
    step = min(apart[other][start].step for other, start in starts.items())
    last = max(found[-1].step for found in apart.values())
    farthest = max(found[-1].farthest for found in apart.values())
    others = listed((str(other) for other in sorted(apart)), ", ")
    return Finding(
        rule="rank-divergence",
        severity=Severity.NOTE if ranks.exchanges != 0 else Severity.WARNING,
        headline=say("The ranks of this run train nets of their own"),
        because=_because(
            from_birth=from_birth,
            rank=ranks.rank,
            others=others,
            step=step,
            quiet=ranks.exchanges == 0,
        ),
        confidence=0.95,
        first_step=step,
        last_step=last,
        where=(),
        source=next((x.source for look in segment.looks for x in look.losses if x.source), None),
        observed={
            "ranks_that_differ": len(apart) + 1,
            "exchanges": ranks.exchanges,
            "largest_difference": float(f"{farthest:.3g}"),
        },
        expected={"largest_difference": 0},
        remedies=(
            Remedy(
                "average-gradients",
                "judgement",
                say("Wrap the net, so that each step averages the gradients of all ranks."),
                say(
                    "model = torch.nn.parallel.DistributedDataParallel(model)   # before the "
                    "optimizer is built"
                ),
            ),
            Remedy(
                "call-the-wrapper",
                "judgement",
                say("If it is wrapped, call the wrapper: model.module skips the averaging."),
                "loss = criterion(model(inputs), targets)",
            ),
        ),
        segment=segment.record.number,
    )


def _because(*, from_birth: bool, rank: int, others: str, step: int, quiet: bool) -> str:
    if from_birth:
        course = say(
            "The weights of rank {rank} and of rank {others} differ from the first look on.",
            rank=rank,
            others=others,
        )
    else:
        course = say(
            "The weights of rank {rank} and of rank {others} were equal at first, and differ since "
            "step {step}.",
            rank=rank,
            others=others,
            step=step,
        )
    if quiet:
        return course + say(
            " Between the looks no rank sent another anything: no gradient is averaged, and each "
            "learns from its own data alone."
        )
    return course + say(
        " The ranks exchange something between the looks, which at no look had made them equal; "
        "it may be averages of the weights."
    )
