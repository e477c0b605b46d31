from __future__ import annotations

import math
from typing import Any

import pytest

from tests.gauntlet import each_look, findings, the_finding, without
from tests.planted import a_run, graded, level, missing_nonlinearity
from tests.worlds import SAMPLES, a_loss, a_recording, an_operation, parameters
from torchvitals.diagnosis import diagnose
from torchvitals.record.look import Look, Operation, Pairs
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

RULE = "missing-nonlinearity"


def layers(*kinds: str, widths: tuple[int, ...] = (2, 8, 8, 1)) -> tuple[Operation, ...]:
    """A chain of these operations; each "linear" is the next layer."""
    chain: list[Operation] = []
    number = 0
    for kind in kinds:
        number += kind == "linear"
        before = (len(chain) - 1,) if chain else ()
        shape = (SAMPLES, widths[max(number, 1)])
        chain.append(an_operation(len(chain), kind, f"fc{max(number, 1)}", before, shape=shape))
    return tuple(chain)


def run(
    *kinds: str,
    course: list[float] | None = None,
    curved: float | None = None,
    widths: tuple[int, ...] = (2, 8, 8, 1),
) -> Recording:
    chain = layers(*kinds, widths=widths)
    pairs = None if curved is None else Pairs(SAMPLES, 2, 1, 0, 0.0, 0.0, curved)
    fields: dict[str, Any] = {"operation": len(chain), "head": len(chain) - 1, "pairs": pairs}
    return a_recording(
        a_run(
            course or level(),
            operations=chain,
            losses=(a_loss(**fields),),
            parameters=parameters(widths),
        )
    )


def half() -> list[float]:
    """A loss that falls to a half of what a constant costs."""
    return [0.35 + 0.35 * 0.9**step for step in range(100)]


def test_missing_nonlinearity_names_the_layers_and_shows_what_to_write():
    found = the_finding(RULE, missing_nonlinearity())
    assert found.where == ("fc1", "fc2", "fc3")
    assert found.observed["linear_layers_in_a_row"] == 3
    assert found.source == "train.py:12"
    assert found.remedies[0].code.startswith("x = F.relu(self.fc1(x))\n")


@pytest.mark.parametrize("between", ["dropout", "batch_norm"])
def test_missing_nonlinearity_sees_through_what_stays_linear(between: str):
    assert findings(RULE, run("linear", between, "linear"))


@pytest.mark.parametrize("between", ["relu", "tanh", "layer_norm", "max_pool", "mul", "softmax"])
def test_missing_nonlinearity_is_silent_on_a_net_that_bends(between: str):
    assert findings(RULE, run("linear", between, "linear", "linear")) == []


@pytest.mark.parametrize(
    ("last", "function", "fires"),
    [
        ("sigmoid", "binary_cross_entropy", True),
        ("log_softmax", "nll_loss", True),
        ("sigmoid", "mse_loss", False),
        ("relu", "binary_cross_entropy", False),
    ],
)
def test_missing_nonlinearity_sees_through_what_makes_probabilities_of_the_scores(
    last: str, function: str, fires: bool
):
    chain = layers("linear", "linear", last)
    loss = a_loss(function, operation=len(chain), head=len(chain) - 1, pairs=None)
    fields: dict[str, Any] = {"parameters": parameters((2, 8, 8, 1)), "losses": (loss,)}
    seen = a_recording(a_run(level(), operations=chain, **fields))
    assert bool(findings(RULE, seen)) is fires
    bent = layers("linear", "sigmoid", "linear", last)
    loss = a_loss(function, operation=len(bent), head=len(bent) - 1, pairs=None)
    assert findings(RULE, a_recording(a_run(level(), operations=bent, **fields))) == []


def test_missing_nonlinearity_is_silent_on_a_single_layer():
    assert findings(RULE, run("linear")) == []


def test_missing_nonlinearity_is_silent_on_a_bottleneck():
    assert findings(RULE, run("linear", "linear", widths=(8, 2, 8))) == []


@pytest.mark.parametrize(("curved", "fires"), [(0.21, True), (0.19, False), (-0.1, False)])
def test_missing_nonlinearity_wants_errors_that_curve(curved: float, fires: bool):
    world = run("linear", "linear", course=half(), curved=curved)
    assert bool(findings(RULE, world)) is fires


@pytest.mark.parametrize("curved", [0.5, 0.19, -0.1, None])
def test_missing_nonlinearity_wants_no_curves_of_errors_that_stay_at_chance(curved: float | None):
    found = the_finding(RULE, run("linear", "linear", curved=curved))
    assert found.severity is Severity.ERROR
    assert found.observed["error_that_curves_explain"] == curved


def test_missing_nonlinearity_is_silent_at_chance_on_a_net_that_bends():
    assert findings(RULE, run("linear", "relu", "linear", curved=0.1)) == []


def several(*values: float, course: list[float] | None = None) -> Recording:
    """Two linear layers, and for each value a loss that costs it; of each a constant costs ln 2."""
    chain = layers("linear", "linear")
    losses = [a_loss(operation=2, head=1, value=value) for value in values]
    told = {"operations": chain, "losses": tuple(losses)}
    return a_recording(a_run(half() if course is None else course, **told))


CHANCE = math.log(2)


@pytest.mark.parametrize(
    ("values", "fires"),
    [
        ((CHANCE, CHANCE), True),
        ((CHANCE, 0.97 * CHANCE), True),
        ((0.97 * CHANCE, 0.98 * CHANCE), False),
        ((CHANCE, 0.1), False),
        ((CHANCE,), False),
    ],
    ids=["both", "by a hundredth and a half", "by more than two", "one is learned", "one alone"],
)
def test_missing_nonlinearity_sees_several_losses_that_stay_at_chance(
    values: tuple[float, ...], fires: bool
):
    """The loss of the run, to which more is added, falls by a half."""
    assert bool(findings(RULE, several(*values))) is fires


def test_missing_nonlinearity_warns_of_several_losses_at_chance_in_a_run_that_falls():
    found = the_finding(RULE, several(CHANCE, CHANCE, course=[2.0, *half()]))
    assert found.severity is Severity.WARNING
    assert found.observed["linear_layers_in_a_row"] == 2
    assert found.observed["error_that_curves_explain"] is None


@pytest.mark.parametrize("unknown", [{"value": None}, {"target": None}, {"function": "l1_loss"}])
def test_missing_nonlinearity_does_not_judge_several_losses_of_which_chance_is_unknown(
    unknown: dict[str, Any],
):
    world = several(CHANCE, CHANCE)

    def hide(look: Look) -> Look:
        first, second = look.losses
        return look._replace(losses=(first, second._replace(**unknown)))

    assert findings(RULE, each_look(world, hide)) == []


def test_missing_nonlinearity_lets_several_losses_have_one_that_bends():
    world = several(CHANCE, CHANCE)

    def bend(look: Look) -> Look:
        first, second = look.losses
        relu = an_operation(3, "relu", "fc2", (1,))
        bent = second._replace(head=3)
        return look._replace(operations=(*look.operations, relu), losses=(first, bent))

    assert findings(RULE, each_look(world, bend)) == []


def test_missing_nonlinearity_warns_where_the_run_learns_what_a_line_can():
    found = the_finding(RULE, run("linear", "linear", course=half(), curved=0.5))
    assert found.severity is Severity.WARNING


def test_missing_nonlinearity_is_silent_where_a_line_is_enough():
    solved = [0.7 * 0.9**step for step in range(100)]
    assert findings(RULE, run("linear", "linear", course=solved, curved=0.5)) == []
    assert findings(RULE, run("linear", "linear", course=half())) == []


@pytest.mark.parametrize("missing", ["looks", "operations", "loss functions", "heads"])
def test_missing_nonlinearity_says_nothing_of_layers_that_it_can_not_see(missing: str):
    assert findings(RULE, without(missing, missing_nonlinearity())) == []


def test_missing_nonlinearity_does_not_judge_parts_that_are_hidden():
    hidden = each_look(missing_nonlinearity(), lambda look: look._replace(opaque=("compiled",)))
    assert findings(RULE, hidden) == []


def test_missing_nonlinearity_explains_a_gradient_that_vanishes_through_its_layers():
    """Each layer keeps a twentieth: what has no activation can not be told to change it."""
    widths = (2, *[32] * 6, 1)
    bent = graded(0.05, widths)
    plain = [o._replace(units=None, output=None, slope=None) for o in bent["operations"]]
    chain = [o._replace(index=k, inputs=(k - 1,) if k else ()) for k, o in enumerate(
        o for o in plain if o.kind != "relu"
    )]  # fmt: skip
    loss = a_loss(operation=len(chain) - 1, head=len(chain) - 2)
    world = a_recording(a_run(level(), **(bent | {"operations": chain, "losses": (loss,)})))
    assert findings("vanishing-gradient", world)
    first, *others = diagnose(world).findings
    assert first.finding.rule == RULE
    assert "vanishing-gradient" in {other.finding.rule for other in others}
    assert all(RULE in other.caused_by for other in others)


@pytest.mark.parametrize(
    ("kinds", "end", "fires"),
    [
        (("linear", "linear", "linear"), 0.6, True),
        (("linear", "linear"), 0.6, False),
        (("linear", "linear", "linear"), 0.4, False),
        (("linear", "relu", "linear", "linear"), 0.6, False),
    ],
    ids=["far from learned", "two layers may be a factor", "half learned", "one activation"],
)
def test_missing_nonlinearity_warns_of_three_layers_that_came_to_rest(
    kinds: tuple[str, ...], end: float, fires: bool
):
    """The loss of a constant is 0.69."""
    course = [0.69 * (end + (1 - end) * 0.8**step) for step in range(100)]
    widths = (2, 8, 8, 1)[: 1 + kinds.count("linear")]
    found = findings(RULE, run(*kinds, course=course, widths=widths))
    assert bool(found) is fires
    assert not found or found[0].severity is Severity.WARNING


@pytest.mark.parametrize(("curved", "fires"), [((0.0, 0.02), False), ((0.1, 0.12), True)])
def test_missing_nonlinearity_wants_some_curve_where_it_is_asked(
    curved: tuple[float, float], fires: bool
):
    course = [0.69 * (0.6 + 0.4 * 0.8**step) for step in range(100)]
    world = run("linear", "linear", "linear", course=course, curved=0.1)

    def told(look: Look) -> Look:
        (loss,) = look.losses
        assert loss.pairs is not None
        share = curved[int(math.log2(max(look.step, 1))) % 2]
        return look._replace(losses=(loss._replace(pairs=loss.pairs._replace(curved=share)),))

    assert bool(findings(RULE, each_look(world, told))) is fires
