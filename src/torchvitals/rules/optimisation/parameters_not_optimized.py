"""The rule parameters-not-optimized."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, final

from torchvitals.record.look import Look, ParameterLook
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity
from torchvitals.rules.evidence.optimizers import all_optimizers
from torchvitals.rules.evidence.places import first_sourced
from torchvitals.words import say

_TWICE = 2
"""Looks: what is gone after the last step of a run may have been let go with the model."""

_ADD = Remedy(
    "add-param-group",
    "judgement",
    say("Give what was unfrozen to the optimizer as well."),
    'optimizer.add_param_group({"params": backbone.parameters(), "lr": 1e-4})',
)


@final
@dataclass(frozen=True)
class ParametersNotOptimized(Rule):
    """Parameters get gradients, but no optimizer holds them: they never move.

    What it detects:
        Parameters in the graph that no optimizer holds and nothing else moves, while others of the
        same model are trained, from the start or since they were unfrozen; layers that are made
        anew in each forward; and an optimizer that holds none of the model's parameters.

    Why it is bad:
        They stay as they were drawn. The rest of the model learns around random layers, often well
        enough to hide it. zero_grad does not reach them either: their gradients add up for ever.

    Evidence:
        The leaves of the autograd graph, by identity, against what each optimizer holds; their
        values after each step, or that they are gone by then.

    Threshold:
        None: a parameter is held or not, and bit-identical or not.

    Remedy:
        Register sub-modules (nn.ModuleList, not a list), and build the optimizer after the model is
        complete.

    When it is not a fault:
        A second, trained network that is left out on purpose (a perceptual loss); layers frozen by
        requires_grad_(False); parameters that the script moves itself.

    References:
        PyTorch issue 59925; TrainCheck (OSDI 2025).
    """

    name: ClassVar[str] = "parameters-not-optimized"
    family: ClassVar[str] = "optimisation"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "not-learning",
            "parameters-without-gradient",
            "no-update",
            "missing-zero-grad",
            "vanishing-gradient",
            "dead-relu",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        looks = [look for look in segment.looks if look.crash is None]
        stepping = [o for o in all_optimizers(segment) if o.steps]
        if not looks or not stepping:
            return
        left, opened = _left_out(looks), _opened(looks)
        anew = _made_anew(looks)
        if left:
            yield _finding(segment, looks, left, stepping[-1].source)
        elif opened:
            found = _finding(segment, looks, opened, stepping[-1].source)
            yield replace(found, remedies=(_ADD, *found.remedies))
        elif anew:
            yield _finding_anew(segment, looks, anew)


def _finding(
    segment: Segment, looks: list[Look], left: list[ParameterLook], built: str | None
) -> Finding:
    held = {p.name for look in looks for p in look.parameters if p.optimizer is not None}
    severity = _severity(left, held)
    layers = tuple(dict.fromkeys(p.name.rsplit(".", 1)[0] for p in left))
    what = (
        say("1 parameter gets gradients")
        if len(left) == 1
        else say("{left_count} parameters get gradients", left_count=len(left))
    )
    return Finding(
        rule="parameters-not-optimized",
        severity=severity,
        headline=say(
            "{what} but no optimizer holds {pronoun}",
            what=what,
            pronoun="it" if len(left) == 1 else "them",
        ),
        because=_because(held),
        confidence=1.0 if severity is Severity.ERROR else 0.7,
        first_step=looks[0].step,
        last_step=looks[-1].step,
        where=layers,
        source=built or first_sourced(segment, layers[0]),
        observed={
            "parameters_left_out": len(left),
            "parameters_held": len(held),
            "first": left[0].name,
        },
        expected={"parameters_left_out": 0},
        remedies=_remedies(layers[0]),
        segment=segment.record.number,
    )


def _left_out(looks: list[Look]) -> list[ParameterLook]:
    """Owned parameters with a gradient that no optimizer ever held, and that nothing moved."""
    latest: dict[str, ParameterLook] = {}
    excluded: set[str] = set()
    for look in looks:
        for p in look.parameters:
            latest[p.name] = p
            if p.optimizer is not None or not p.owned or p.update_rms:
                excluded.add(p.name)
    with_gradient = [
        p for name, p in latest.items() if name not in excluded and p.gradient is not None
    ]
    seen_still = {p.name for look in looks for p in look.parameters if p.update_rms == 0.0}
    return [p for p in with_gradient if p.name in seen_still]


def _opened(looks: list[Look]) -> list[ParameterLook]:
    """Parameters that came into the graph after the training had begun, get gradients from then on,
    and never move: what holds them, if anything does, has stopped stepping.
    """
    seen: dict[str, list[tuple[Look, ParameterLook]]] = {}
    for look in looks:
        for p in look.parameters:
            seen.setdefault(p.name, []).append((look, p))
    return [
        found[-1][1]
        for found in seen.values()
        if len(found) >= _TWICE
        and len(looks) - len(found) >= _TWICE
        and [look for look, _ in found] == looks[-len(found) :]
        and all(p.owned and p.gradient is not None and p.update_rms == 0.0 for _, p in found)
        and len({_steps_of_holder(look, p) for look, p in found}) == 1
    ]


def _steps_of_holder(look: Look, parameter: ParameterLook) -> int | None:
    """How often the optimizer that holds a parameter has stepped; None where none holds it."""
    return next((o.steps for o in look.optimizers if o.number == parameter.optimizer), None)


def _made_anew(looks: list[Look]) -> list[ParameterLook]:
    """Parameters of no module that had a gradient and were gone after their step, each time."""
    gone: dict[str, list[ParameterLook]] = {}
    stayed: set[str] = set()
    for look in looks:
        for p in look.parameters:
            gone.setdefault(p.name, []).append(p)
            if p.owned or p.optimizer is not None or p.update_rms is not None:
                stayed.add(p.name)
    return [
        seen[-1]
        for name, seen in gone.items()
        if name not in stayed and sum(p.gone and p.gradient is not None for p in seen) >= _TWICE
    ]


def _finding_anew(segment: Segment, looks: list[Look], anew: list[ParameterLook]) -> Finding:
    layers = tuple(dict.fromkeys(p.name for p in anew if len(p.shape) > 1)) or (anew[0].name,)
    return Finding(
        rule="parameters-not-optimized",
        severity=Severity.ERROR,
        headline=say("parameters are made anew in each forward: {count}", count=len(anew)),
        because=say(
            "They are in the graph of the loss and backward() fills their gradients, but no module "
            "holds them, and after the step they are gone: each forward draws others, which "
            "nothing trains."
        ),
        confidence=1.0,
        first_step=looks[0].step,
        last_step=looks[-1].step,
        where=layers,
        source=first_sourced(segment, layers[-1]),
        observed={"parameters_made_anew": len(anew)},
        expected={"parameters_made_anew": 0},
        remedies=(
            Remedy(
                "build-once",
                "judgement",
                say("Build the layers once, in __init__, and only call them in forward."),
                say(
                    "def __init__(self):\n"
                    "    super().__init__()\n"
                    "    self.fc = nn.Linear(...)   # in forward: x = self.fc(x)"
                ),
            ),
        ),
        segment=segment.record.number,
    )


def _severity(left: list[ParameterLook], held: set[str]) -> Severity:
    """A whole trained network may be left out on purpose; part of one, or a fresh one, is not."""
    roots = {name.split(".", 1)[0].split("[", 1)[0] for name in held}
    if not held or any(p.fresh for p in left):
        return Severity.ERROR
    prefixed = all(
        "." in p.name and p.name.split(".", 1)[0].split("[", 1)[0] not in roots for p in left
    )
    return Severity.NOTE if prefixed else Severity.ERROR


def _because(held: set[str]) -> str:
    if not held:
        return say(
            "The optimizer that steps holds none of the parameters that this loss reaches: "
            "it was built for another model, or before this one was made."
        )
    return say(
        "They are in the graph of the loss and backward() fills their gradients, but "
        "they are in no parameter group: after each step they are bit-identical."
    )


def _remedies(layer: str) -> tuple[Remedy, ...]:
    return (
        Remedy(
            "register-modules",
            "judgement",
            say("Keep sub-modules in nn.ModuleList, so that model.parameters() finds them."),
            "self.layers = nn.ModuleList(layers)",
        ),
        Remedy(
            "build-optimizer-last",
            "judgement",
            say(
                "Build the optimizer after {layer} is in place, with all that is to be trained.",
                layer=layer,
            ),
            say(
                "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)   # after every "
                "layer is in place"
            ),
        ),
    )
