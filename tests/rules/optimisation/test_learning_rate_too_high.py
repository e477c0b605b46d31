from __future__ import annotations

import math
from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, findings, the_finding, without
from tests.planted import (
    DEEP,
    a_run,
    attentive,
    graded,
    learning,
    learning_rate_too_high,
    level,
    looks_at,
    rising,
)
from tests.worlds import (
    a_group,
    a_look,
    a_recording,
    a_segment,
    a_series,
    an_optimizer,
    units,
)
from torchvitals.record.look import Look, ParameterLook
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "losses", "loss series", "updates"}


def leaping(ratio: float, course: list[float], looks: int = 8) -> Recording:
    """A run whose first looks saw each weight move by this share of itself."""

    def leap(look: Look) -> Look:
        return look._replace(
            predicted_change=None,
            parameters=tuple(p._replace(update_rms=ratio * p.weight.rms) for p in look.parameters),
        )

    seen = looks_at(course)
    return a_recording(a_segment([*map(leap, seen[:looks]), *seen[looks:]], course))


def test_learning_rate_too_high_shows_rate_excess_and_limit():
    found = the_finding("learning-rate-too-high", learning_rate_too_high())
    assert found.observed["learning_rate"] == 30.0
    assert found.expected["rate_times_curvature_below"] == 2.0
    assert found.source == "train.py:20"
    assert found.first_step == 1  # what the first step has done


def test_learning_rate_too_high_proposes_half_of_the_stable_rate():
    found = the_finding("learning-rate-too-high", learning_rate_too_high())
    excess = found.observed["overshoot"]
    assert isinstance(excess, float)
    assert found.remedies[0].code == f"lr = {30.0 / (2 * excess):.1g}"


def test_learning_rate_too_high_is_silent_on_a_run_that_learns():
    run = a_recording(a_run(learning(), lr=30.0, predicted_change=-1e-9))
    assert findings("learning-rate-too-high", run) == []


def test_learning_rate_too_high_is_silent_on_a_catapult_that_recovers():
    course = [0.7, *rising(2.0, 8), *learning(60)]
    run = a_recording(a_run(course, predicted_change=-1e-3))
    assert findings("learning-rate-too-high", run) == []


@pytest.mark.parametrize(("peak", "fires"), [(9.9, False), (10.7, True)])
def test_learning_rate_too_high_counts_a_loss_as_blown_up_from_ten_times(peak: float, fires: bool):
    course = [1.0, 1.0, peak, *[1.0 + 0.05 * (step % 2) for step in range(37)], 1.0, 1.0]
    run = a_recording(a_run(course, predicted_change=-0.1))
    still = each_look(run, lambda look: look._replace(parameters=()))
    assert bool(findings("learning-rate-too-high", still)) is fires


@pytest.mark.parametrize(
    ("peak", "end", "fires"),
    [(6.5, 0.1, False), (9.0, 0.1, True), (6.5, 0.5, True)],
    ids=["never far above a constant", "ten times above it", "no better than it in the end"],
)
def test_learning_rate_too_high_weighs_a_peak_against_a_constant_where_the_first_losses_are_small(
    peak: float, end: float, fires: bool
):
    """As where a value of zero meets rewards that are zero, until the first one comes."""
    course = [0.01, 0.01, peak, *[end + 0.01 * (step % 2) for step in range(57)]]
    run = a_recording(a_run(course, predicted_change=-0.1))
    still = each_look(run, lambda look: look._replace(parameters=()))
    assert bool(findings("learning-rate-too-high", still)) is fires


@pytest.mark.parametrize(("change", "fires"), [(-0.1, True), (0.1, False), (None, False)])
def test_learning_rate_too_high_needs_steps_down_the_slope_that_rose(
    change: float | None, fires: bool
):
    run = a_recording(a_run(rising(), predicted_change=change))
    assert bool(findings("learning-rate-too-high", run)) is fires


@pytest.mark.parametrize(("ratio", "fires"), [(0.099, False), (0.101, True)])
def test_learning_rate_too_high_sees_long_steps_in_a_run_that_stands_still(
    ratio: float, fires: bool
):
    assert bool(findings("learning-rate-too-high", leaping(ratio, level()))) is fires


@pytest.mark.parametrize(("ratio", "fires"), [(0.99, False), (1.01, True)])
def test_learning_rate_too_high_sees_steps_longer_than_the_weights_in_one_that_blew_up(
    ratio: float, fires: bool
):
    assert bool(findings("learning-rate-too-high", leaping(ratio, rising()))) is fires


@pytest.mark.parametrize(
    ("ratio", "looks", "fires"),
    [(0.49, 2, False), (0.49, 3, True), (0.51, 1, False), (0.51, 2, True)],
)
def test_learning_rate_too_high_forgives_two_long_first_steps_unless_they_throw_the_weights(
    ratio: float, looks: int, fires: bool
):
    run = leaping(ratio, level(), looks)
    assert bool(findings("learning-rate-too-high", run)) is fires


@pytest.mark.parametrize(("last", "fires"), [(2.5, True), (0.9, False)])
def test_learning_rate_too_high_sees_a_fall_from_where_its_first_steps_had_thrown_the_loss(
    last: float, fires: bool
):
    back = [6.0 + (last - 6.0) * step / 57 for step in range(58)]
    run = leaping(0.51, [1.0, 7.0, *back, last, last], 2)
    assert bool(findings("learning-rate-too-high", run)) is fires


def test_learning_rate_too_high_judges_zero_weights_by_the_size_that_they_should_have():
    def zero(look: Look) -> Look:
        def one(p: ParameterLook) -> ParameterLook:
            usual = 1 / math.sqrt(3 * math.prod(p.shape[1:]))
            return p._replace(weight=p.weight._replace(rms=0.0), update_rms=0.09 * usual)

        return look._replace(parameters=tuple(map(one, look.parameters)))

    run = each_look(a_recording(a_run(level())), zero)
    assert findings("learning-rate-too-high", run) == []


@pytest.mark.parametrize(("risen", "fires"), [(1.9, False), (2.1, True)])
def test_learning_rate_too_high_is_silent_on_a_loss_that_broke_without_rising(
    risen: float, fires: bool
):
    course = [1.0] * 5 + [risen] * 5 + [math.nan] * 5
    run = a_recording(a_run(course, predicted_change=-1e-9))
    noisy = [look._replace(loss=look.loss - 1e-6) for look in run.segments[0].looks]
    assert bool(findings("learning-rate-too-high", a_recording(a_segment(noisy, course)))) is fires


def test_learning_rate_too_high_is_silent_on_adversaries():
    two = (an_optimizer(0), an_optimizer(1))
    looks = [a_look(step, optimizers=two, predicted_change=-0.1) for step in (0, 1, 2, 4, 8)]
    series = [a_series(rising()), a_series(rising(), stream=1)]
    run = a_recording(a_segment(looks, series))
    assert findings("learning-rate-too-high", run) == []


def test_learning_rate_too_high_says_when_the_loss_left_the_finite_numbers():
    course = [*rising(3.0, 10), *[math.nan] * 10]
    found = the_finding("learning-rate-too-high", a_recording(a_run(course, predicted_change=-0.1)))
    assert "at step 10" in found.because


@pytest.mark.parametrize(("fields", "limit"), [
    ({"momentum": 0.9}, 3.8),
    ({"momentum": 0.9, "nesterov": True}, 3.8 / 2.8),
])  # fmt: skip
def test_learning_rate_too_high_knows_the_limit_of_momentum(fields: dict[str, Any], limit: float):
    optimizer = an_optimizer(lr=30.0)
    optimizer = optimizer._replace(groups=(optimizer.groups[0]._replace(**fields),))
    run = a_recording(a_run(rising(), predicted_change=-0.1, optimizers=(optimizer,)))
    found = the_finding("learning-rate-too-high", run)
    assert found.expected["rate_times_curvature_below"] == pytest.approx(limit)


def uprooted(
    *ratios: float, course: list[float] | None = None, only: str = "", **fields: Any
) -> Recording:
    """Adam, whose first steps moved each weight (or this one) by these shares of itself."""
    adam = an_optimizer(kind="Adam", groups=(a_group(0.1, momentum=0.9, eps=1e-8),))
    course = level() if course is None else course

    def move(look: Look, ratio: float) -> Look:
        parts = tuple(
            p._replace(update_rms=(ratio if only in p.name else 1e-3) * p.weight.rms)
            for p in look.parameters
        )
        return look._replace(parameters=parts, optimizers=(adam,), predicted_change=None, **fields)

    seen = looks_at(course)
    first = [move(look, ratio) for look, ratio in zip(seen, ratios, strict=False)]
    return a_recording(a_segment([*first, *(move(k, 1e-3) for k in seen[len(first) :])], course))


def test_learning_rate_too_high_says_which_matrix_the_first_steps_uprooted():
    found = the_finding("learning-rate-too-high", uprooted(0.45, 0.4, 0.3))
    assert found.severity is Severity.ERROR
    assert found.where == ("fc2",)
    assert (found.first_step, found.observed["learning_rate"]) == (1, 0.1)
    assert "moves weights by 0.4 times their size in one step" in found.headline
    assert found.observed["update_over_weight"] == pytest.approx(0.4)
    assert found.remedies[0].code == "lr = 0.05"


@pytest.mark.parametrize(
    ("ratios", "fires"),
    [((0.19,) * 4, False), ((0.21,) * 4, True), ((0.49, 0.49), False), ((0.4, 0.4, 0.4), True)],
)
def test_learning_rate_too_high_adds_the_first_five_steps_up(
    ratios: tuple[float, ...], fires: bool
):
    assert bool(findings("learning-rate-too-high", uprooted(*ratios))) is fires


def test_learning_rate_too_high_adds_no_later_steps_to_the_first():
    """Looks at steps 0, 1, 2, 4 and 8: the last comes too late."""
    assert findings("learning-rate-too-high", uprooted(0.1, 0.1, 0.1, 0.1, 0.9)) == []


def test_learning_rate_too_high_is_silent_on_first_steps_that_uproot_and_learn():
    run = uprooted(0.45, 0.4, 0.3, course=learning())
    assert findings("learning-rate-too-high", run) == []


@pytest.mark.parametrize(("only", "fires"), [("fc2", False), ("weight", True)])
def test_learning_rate_too_high_wants_half_of_the_matrices_uprooted(only: str, fires: bool):
    assert bool(findings("learning-rate-too-high", uprooted(0.45, 0.4, 0.3, only=only))) is fires


def closing(sound: int, strong: int) -> Recording:
    """Adam, whose first steps move the last layer by a seventh of itself; after so many looks the
    gradient no longer gets to the first layers.
    """
    adam = an_optimizer(kind="Adam", groups=(a_group(0.01, momentum=0.9, eps=1e-8),))
    course = level()
    passing, faded = (looks_at(course, optimizers=(adam,), **graded(f)) for f in (1.0, 0.05))
    last = f"fc{len(DEEP) - 1}.weight"

    def move(look: Look, k: int) -> Look:
        parts = tuple(
            p._replace(update_rms=(0.15 if k < strong and p.name == last else 1e-3) * p.weight.rms)
            for p in look.parameters
        )
        return look._replace(parameters=parts, predicted_change=None)

    looks = [move(look, k) for k, look in enumerate([*passing[:sound], *faded[sound:]])]
    return a_recording(a_segment(looks, course))


@pytest.mark.parametrize(
    ("sound", "strong", "fires"),
    [(2, 3, True), (0, 3, False), (2, 1, False), (7, 3, False), (8, 3, False)],
    ids=["closed at once", "faded at birth", "one long step", "faded late", "never"],
)
def test_learning_rate_too_high_blames_the_first_steps_for_a_gradient_that_they_stopped(
    sound: int, strong: int, fires: bool
):
    found = findings("learning-rate-too-high", closing(sound, strong))
    assert bool(found) is fires
    assert all(one.observed["update_over_weight"] == pytest.approx(0.15) for one in found)


def attending(*ratios: float, last: float = 1100.0, end: float = 0.5, only: str = "") -> Recording:
    """A net with an attention, whose logits go from 2 to this size while the loss falls to `end`,
    after first steps that moved each weight by these shares of itself.
    """
    course = [end + (math.log(2) - end) * 0.9**step for step in range(100)]

    def grow(look: Look) -> Look:
        return look._replace(operations=attentive(largest=last if look.step > 8 else 2.0))

    return each_look(uprooted(*ratios, course=course, only=only), grow)


def test_learning_rate_too_high_blames_uprooting_steps_for_logits_that_hold_a_run_back():
    found = the_finding("learning-rate-too-high", attending(0.45, 0.4, 0.3))
    assert found.severity is Severity.ERROR
    assert found.where == ("fc2",)
    assert (found.first_step, found.observed["learning_rate"]) == (1, 0.1)
    assert found.observed["update_over_weight"] == pytest.approx(0.4)
    assert "moves weights by 0.4 times their size in one step" in found.headline


@pytest.mark.parametrize(("last", "fires"), [(990.0, False), (1010.0, True)])
def test_learning_rate_too_high_is_silent_on_a_learning_run_whose_logits_stayed_small(
    last: float, fires: bool
):
    world = attending(0.45, 0.4, 0.3, last=last)
    assert bool(findings("learning-rate-too-high", world)) is fires


@pytest.mark.parametrize(("ratios", "fires"), [((0.19,) * 4, False), ((0.21,) * 4, True)])
def test_learning_rate_too_high_is_silent_on_logits_that_grew_after_short_first_steps(
    ratios: tuple[float, ...], fires: bool
):
    assert bool(findings("learning-rate-too-high", attending(*ratios))) is fires


# Half of what a constant costs is 0.347.
@pytest.mark.parametrize(("end", "fires"), [(0.355, True), (0.34, False)])
def test_learning_rate_too_high_is_silent_on_grown_logits_in_a_net_that_halved_its_loss(
    end: float, fires: bool
):
    world = attending(0.45, 0.4, 0.3, end=end)
    assert bool(findings("learning-rate-too-high", world)) is fires


def test_learning_rate_too_high_counts_no_step_that_was_skipped():
    assert findings("learning-rate-too-high", uprooted(0.45, 0.4, 0.3, stepped=False)) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_learning_rate_too_high_is_silent_without_what_it_needs(missing: str):
    said = ask("learning-rate-too-high", without(missing, learning_rate_too_high()))
    assert not (said and missing in NEEDS)


def thrown_and_calm(end: float) -> list[float]:
    """A loss that rises a hundredfold at once, and lies calm from the tenth step."""
    peak = [math.log(2) * 100 * 0.5**step for step in range(9)]
    return [math.log(2), *peak, *(end * (1 + 0.01 * math.sin(7.0 * k)) for k in range(90))]


@pytest.mark.parametrize(
    ("ratio", "end", "fires"),
    [(1.1, 0.55, True), (0.9, 0.55, False), (1.1, 0.3, False)],
    ids=["a little below chance", "steps shorter than the weights", "recovered"],
)
def test_learning_rate_too_high_warns_of_a_net_that_was_thrown_away_and_learned_a_little(
    ratio: float, end: float, fires: bool
):
    found = findings("learning-rate-too-high", leaping(ratio, thrown_and_calm(end)))
    assert bool(found) is fires
    assert not found or found[0].severity is Severity.WARNING


def killing(
    ratio: float = 0.2,
    course: list[float] | None = None,
    *,
    born: int = 0,
    dead: int = 8,
    since: int = 32,
    looks: int = 8,
) -> Recording:
    """A net of which one layer dies after steps of its bias by this share of its usual size."""
    usual = 1 / math.sqrt(3 * 2)

    def kill(look: Look, ratio: float) -> Look:
        silent = dead if look.step >= since else born
        chain = tuple(
            o._replace(units=units(silent=range(silent)))
            if (o.kind, o.layer) == ("relu", "fc1")
            else o
            for o in look.operations
        )
        parts = tuple(
            p._replace(update_rms=ratio * usual if p.name == "fc1.bias" else 1e-3 * p.weight.rms)
            for p in look.parameters
        )
        return look._replace(operations=chain, parameters=parts, predicted_change=None)

    course = level() if course is None else course
    seen = [
        kill(look, ratio if k < looks else 1e-3) for k, look in enumerate(looks_at(course, lr=0.5))
    ]
    return a_recording(a_segment(seen, course))


def test_learning_rate_too_high_names_the_layer_that_its_steps_killed():
    found = the_finding("learning-rate-too-high", killing())
    assert found.severity is Severity.ERROR
    assert found.headline == "the learning rate 0.5 killed the units of fc1"
    assert found.where == ("fc1",)
    assert found.observed["update_over_weight"] == pytest.approx(0.2)
    assert found.remedies[0].code == "lr = 0.05"


@pytest.mark.parametrize(("ratio", "fires"), [(0.09, False), (0.11, True)])
def test_learning_rate_too_high_wants_long_steps_of_the_bias(ratio: float, fires: bool):
    assert bool(findings("learning-rate-too-high", killing(ratio))) is fires


@pytest.mark.parametrize(("looks", "fires"), [(2, False), (3, True)])
def test_learning_rate_too_high_wants_them_to_be_a_habit(looks: int, fires: bool):
    assert bool(findings("learning-rate-too-high", killing(looks=looks))) is fires


@pytest.mark.parametrize(
    ("fields", "fires"),
    [
        ({"born": 3}, True),
        ({"born": 4}, False),
        ({"dead": 7}, False),
        ({"since": 64}, False),
    ],
    ids=["few born dead", "half born dead", "some left", "seen dead once"],
)
def test_learning_rate_too_high_wants_a_layer_that_lived_and_died(
    fields: dict[str, int], fires: bool
):
    assert bool(findings("learning-rate-too-high", killing(**fields))) is fires


def test_learning_rate_too_high_is_silent_on_a_dead_layer_in_a_run_that_learns():
    assert findings("learning-rate-too-high", killing(course=learning())) == []


@pytest.mark.parametrize(("since", "fires"), [(16, True), (32, False)])
def test_learning_rate_too_high_counts_the_first_steps_of_adam_where_a_layer_died_in_them(
    since: int, fires: bool
):
    adam = an_optimizer(kind="Adam", groups=(a_group(0.01, momentum=0.9, eps=1e-8),))
    (segment,) = killing(since=since, looks=5).segments
    looks = [look._replace(optimizers=(adam,)) for look in segment.looks]
    run = a_recording(a_segment(looks, level()))
    assert bool(findings("learning-rate-too-high", run)) is fires
