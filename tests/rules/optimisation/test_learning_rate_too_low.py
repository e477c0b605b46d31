from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, findings, the_finding, without
from tests.planted import a_run, learning_rate_too_low, level, vanishing_gradient
from tests.worlds import (
    LOOKED_AT,
    SAMPLES,
    a_look,
    a_loss,
    a_recording,
    a_segment,
    an_optimizer,
    operations,
    parameters,
    statistics,
)
from torchvitals.diagnosis import diagnose
from torchvitals.record.look import Look
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "losses", "loss series", "finite losses", "updates", "parameters", "gradients"}
RULE = "learning-rate-too-low"
STEPS = 512


def slow(course: list[float], lr: float = 1e-5, **fields: Any) -> Recording:
    return a_recording(a_run(course, lr=lr, **({"predicted_change": -1e-7} | fields)))


def evenly(fall: float, start: float = 1.0, steps: int = STEPS) -> list[float]:
    """A loss that falls by this much, by the same every step."""
    return [start - fall * step / steps for step in range(steps)]


def moved(ratio: float, course: list[float], promised: float) -> Recording:
    """A run whose every step moves each weight by this share of its RMS."""

    def by(look: Look) -> Look:
        parts = tuple(p._replace(update_rms=ratio * p.weight.rms) for p in look.parameters)
        return look._replace(parameters=parts, predicted_change=-promised / len(course), losses=())

    return each_look(a_recording(a_run(course)), by)


def test_learning_rate_too_low_says_rate_and_length_of_the_run():
    found = the_finding(RULE, learning_rate_too_low())
    assert found.headline == "the learning rate 1e-05 is too low for a run of 512 steps"
    assert found.source == "train.py:20"
    assert found.observed["predicted_fall"] == pytest.approx(1e-7 * STEPS)
    assert found.expected["predicted_fall_at_least"] == pytest.approx(math.log(2) / 2, rel=0.01)
    assert found.severity is Severity.ERROR


def test_learning_rate_too_low_proposes_a_rate_by_what_is_missing():
    (remedy,) = the_finding(RULE, learning_rate_too_low()).remedies
    assert remedy.code.endswith("# was 1e-05")
    assert float(remedy.code.split()[2]) > 1e-4


def test_learning_rate_too_low_explains_a_loss_that_does_not_move():
    first, *others = diagnose(learning_rate_too_low()).findings
    assert first.finding.rule == RULE
    assert [other.finding.rule for other in others] == ["not-learning"]


def test_learning_rate_too_low_names_no_rate_where_the_user_wrote_the_update():
    bare = each_look(learning_rate_too_low(), lambda look: look._replace(optimizers=()))
    assert "hand-written" in the_finding(RULE, bare).headline


# The bound: path over RMS times the root of the widest fan-in, which is 8 here.
@pytest.mark.parametrize(("reach", "fires"), [(0.09, True), (0.11, False)])
def test_learning_rate_too_low_on_a_loss_that_stands_still(reach: float, fires: bool):
    ratio = reach / STEPS / math.sqrt(8)
    assert bool(findings(RULE, moved(ratio, level(steps=STEPS), 1e-2))) is fires


# At usual steps it would be 4096 x 0.001 x sqrt(8) = 11.6; thirds of the run err by 0.006.
@pytest.mark.parametrize(
    ("reach", "promised", "fires"),
    [(0.5, 0.01, True), (0.5, 0.2, False), (1.2, 0.01, False)],
    ids=["nothing to be seen", "a fall that would be seen", "far enough"],
)
def test_learning_rate_too_low_where_noise_hides_what_little_is_promised(
    reach: float, promised: float, fires: bool
):
    steps = 4096
    noisy = [1.0 - 0.1 * (-1) ** k for k in range(steps)]
    run = moved(reach / steps / math.sqrt(8), noisy, promised)
    assert bool(findings(RULE, run)) is fires


@pytest.mark.parametrize(("reach", "fires"), [(0.95, True), (1.05, False)])
def test_learning_rate_too_low_on_a_loss_that_falls_evenly(reach: float, fires: bool):
    ratio = reach / STEPS / math.sqrt(8)
    found = findings(RULE, moved(ratio, evenly(0.2), 0.25))
    assert bool(found) is fires
    assert all(one.severity is Severity.WARNING for one in found)


@pytest.mark.parametrize(("promised", "fires"), [(0.25, True), (0.55, False), (0.7, False)])
def test_learning_rate_too_low_is_silent_where_the_slopes_promise_enough(
    promised: float, fires: bool
):
    run = moved(0.5 / STEPS / math.sqrt(8), evenly(0.2), promised)
    assert bool(findings(RULE, run)) is fires


# A constant costs ln 2 = 0.693; what the slopes of batches promise is eight times what comes.
@pytest.mark.parametrize(("end", "fires"), [(0.71, True), (0.70, False), (0.65, False)])
def test_learning_rate_too_low_on_a_loss_that_is_still_on_its_way_to_a_constant(
    end: float, fires: bool
):
    run = moved(0.3 / STEPS / math.sqrt(8), evenly(0.025, start=end + 0.025), 0.2)
    told = each_look(run, lambda look: look._replace(losses=(a_loss(),)))
    assert bool(findings(RULE, told)) is fires


@pytest.mark.parametrize(("fall", "fires"), [(0.42, True), (0.6, False)])
def test_learning_rate_too_low_is_silent_on_a_run_that_got_somewhere(fall: float, fires: bool):
    run = moved(0.5 / STEPS / math.sqrt(8), evenly(fall), 0.46)
    assert bool(findings(RULE, run)) is fires


def test_learning_rate_too_low_is_silent_on_a_loss_that_slows_down():
    course = [0.7 + 0.3 * math.exp(-step / 60) for step in range(STEPS)]
    assert findings(RULE, moved(0.5 / STEPS / math.sqrt(8), course, 0.3)) == []


# At a thousandth of each weight a step, 354 steps would change an output by as much as itself.
@pytest.mark.parametrize(("steps", "fires"), [(340, False), (370, True)])
def test_learning_rate_too_low_does_not_call_a_short_run_slow(steps: int, fires: bool):
    run = moved(0.9 / STEPS / math.sqrt(8), evenly(0.2, steps=steps), 0.25)
    assert bool(findings(RULE, run)) is fires


@pytest.mark.parametrize(("ratio", "fires"), [(0.9e-4, True), (1.1e-4, False)])
def test_learning_rate_too_low_calls_a_short_run_slow_that_is_stuck_far_below_the_usual_pace(
    ratio: float, fires: bool
):
    assert bool(findings(RULE, moved(ratio, level(steps=200), 0.05))) is fires


def test_learning_rate_too_low_is_silent_on_a_short_slow_run_that_falls():
    assert findings(RULE, moved(0.9e-4, evenly(0.05, steps=200), 0.05)) == []


def far_above(
    fall: float, *, constant: float = 100.0, shape: Callable[[float], float] = lambda t: t**0.9
) -> Recording:
    """A regression from 1,000 down by this much, where a constant costs so much."""
    steps = 100
    course = [1000.0 - fall * shape(step / steps) for step in range(steps)]
    target = statistics(math.sqrt(constant + 400.0), 20.0, count=SAMPLES)
    loss = a_loss("mse_loss", target=target)
    run = a_run(course, lr=0.005, losses=(loss,), predicted_change=-fall / steps)

    def move(look: Look) -> Look:
        parts = tuple(p._replace(update_rms=0.01 * p.weight.rms) for p in look.parameters)
        return look._replace(parameters=parts)

    return each_look(a_recording(run), move)


def test_learning_rate_too_low_tells_of_a_run_that_ends_far_above_a_constant():
    found = the_finding(RULE, far_above(100.0))
    assert found.severity is Severity.ERROR
    assert found.headline == "the learning rate 0.005 is too low for a run of 100 steps"


# The last third falls by 0.97 of a third: three times the run are 2.9 times the fall.
@pytest.mark.parametrize(("fall", "fires"), [(225.0, True), (245.0, False)])
def test_learning_rate_too_low_reckons_how_long_it_would_take_to_a_constant(
    fall: float, fires: bool
):
    assert bool(findings(RULE, far_above(fall))) is fires


@pytest.mark.parametrize(("constant", "fires"), [(440.0, True), (460.0, False)])
def test_learning_rate_too_low_asks_for_twice_what_a_constant_costs(constant: float, fires: bool):
    assert bool(findings(RULE, far_above(100.0, constant=constant))) is fires


@pytest.mark.parametrize(
    ("shape", "fires"),
    [
        (lambda t: t**0.9, True),
        (lambda t: t**1.2, False),
        (lambda t: 1 - math.exp(-2 * t), True),
        (lambda t: 1 - math.exp(-4 * t), False),
    ],
    ids=["even", "hastening", "slowing", "at its floor"],
)
def test_learning_rate_too_low_wants_an_even_fall_far_above_a_constant(
    shape: Callable[[float], float], fires: bool
):
    assert bool(findings(RULE, far_above(100.0, shape=shape))) is fires


def test_learning_rate_too_low_is_silent_on_residuals_whose_targets_are_all_zero():
    zeros = a_loss("mse_loss", target=statistics(0.0, minimum=0.0, maximum=0.0))
    run = each_look(far_above(100.0), lambda look: look._replace(losses=(zeros,)))
    assert findings(RULE, run) == []


def test_learning_rate_too_low_is_silent_far_above_a_constant_while_the_rate_rises():
    def warm(look: Look) -> Look:
        return look._replace(optimizers=(an_optimizer(lr=1e-4 * (1 + look.step)),))

    assert findings(RULE, each_look(far_above(100.0), warm)) == []


def test_learning_rate_too_low_is_silent_on_fine_tuning():
    assert findings(RULE, slow(level(0.3, steps=STEPS))) == []


def test_learning_rate_too_low_leaves_a_rate_of_zero_to_no_update():
    still = slow(level(steps=STEPS), lr=0.0)
    assert findings(RULE, still) == []


def test_learning_rate_too_low_blames_no_rate_for_a_gradient_that_vanished():
    """The rate that this gradient wants is one that the last layer would not stand."""
    faint = slow(level(steps=STEPS), lr=0.1)
    tiny = statistics(1e-9, count=16)

    def vanish(look: Look) -> Look:
        parts = tuple(p._replace(gradient=tiny, update_rms=1e-10) for p in look.parameters)
        return look._replace(parameters=parts)

    assert findings(RULE, each_look(faint, vanish)) == []


def test_learning_rate_too_low_counts_what_lies_between_the_looks():
    """A rate that is low at the first looks alone is a warm-up."""
    course = level(steps=STEPS)
    looks = [
        a_look(step, loss=course[step], lr=1e-6 if step < 32 else 0.5, losses=(a_loss(),))
        for step in LOOKED_AT
    ]
    assert findings(RULE, a_recording(a_segment(looks, course))) == []


# Of 64 inputs each: a path of a fifth of a weight can change an output by more than itself.
WIDE = (2, 64, 64, 1)


def hastening(fall: float, power: float = 2.0) -> list[float]:
    """A loss that falls by this much, and by ever more."""
    return [1.0 - fall * (step / STEPS) ** power for step in range(STEPS)]


def unbent(share: float, course: list[float], promised: float) -> Recording:
    """A wide net of which each weight went by this share of itself over the run."""

    def by(look: Look) -> Look:
        parts = tuple(
            p._replace(update_rms=share / STEPS * p.weight.rms) for p in parameters(WIDE, lr=1e-4)
        )
        fields = {"parameters": parts, "operations": operations(widths=WIDE), "losses": ()}
        return look._replace(predicted_change=-promised / STEPS, **fields)

    return each_look(a_recording(a_run(course, lr=1e-4)), by)


def test_learning_rate_too_low_tells_of_a_loss_that_feels_nothing_of_a_minimum_yet():
    found = the_finding(RULE, unbent(0.2, hastening(0.3), 0.3))
    assert found.severity is Severity.WARNING
    assert found.headline == "the learning rate 0.0001 is too low for a run of 512 steps"
    assert found.observed["path_over_weight"] == pytest.approx(0.2, rel=0.01)
    assert found.observed["change_of_output_at_most"] == pytest.approx(1.6, rel=0.01)
    assert found.observed["predicted_fall"] == pytest.approx(0.3)


@pytest.mark.parametrize(("share", "fires"), [(0.14, True), (0.24, True), (0.26, False)])
def test_learning_rate_too_low_asks_for_weights_that_hardly_moved(share: float, fires: bool):
    assert bool(findings(RULE, unbent(share, hastening(0.3), 0.3))) is fires


# The thirds of a parabola that falls by 0.3 tell of a fall of 0.3.
@pytest.mark.parametrize(("promised", "fires"), [(0.32, True), (0.35, False), (-0.3, False)])
def test_learning_rate_too_low_asks_for_nine_tenths_of_what_the_slopes_promise(
    promised: float, fires: bool
):
    assert bool(findings(RULE, unbent(0.2, hastening(0.3), promised))) is fires


@pytest.mark.parametrize(("power", "fires"), [(1.1, True), (0.9, False)])
def test_learning_rate_too_low_is_silent_on_weights_that_moved_where_the_fall_slows(
    power: float, fires: bool
):
    assert bool(findings(RULE, unbent(0.2, hastening(0.3, power), 0.25))) is fires


@pytest.mark.parametrize(("fall", "fires"), [(0.5, True), (0.6, False)])
def test_learning_rate_too_low_is_silent_on_weights_that_moved_and_halved_the_loss(
    fall: float, fires: bool
):
    """The last tenth of a parabola lies at nine tenths of its fall."""
    assert bool(findings(RULE, unbent(0.2, hastening(fall), 0.5))) is fires


def test_learning_rate_too_low_is_silent_on_a_warm_up_which_hastens_the_fall():
    def warming(look: Look) -> Look:
        (sgd,) = look.optimizers
        (group,) = sgd.groups
        warm = sgd._replace(groups=(group._replace(lr=1e-6 * (look.step + 1)),))
        return look._replace(optimizers=(warm,))

    world = unbent(0.2, hastening(0.3), 0.3)
    assert findings(RULE, each_look(world, warming)) == []


def test_learning_rate_too_low_is_silent_on_weights_that_moved_where_noise_hides_the_fall():
    noisy = [v + 0.2 * (-1) ** step for step, v in enumerate(hastening(0.02))]
    assert findings(RULE, unbent(0.2, noisy, 0.02)) == []


# A schedule that fades: looks at each fourth step, so that its rates are seen where they change.
LATE = STEPS // 4


def scheduled(rate: Callable[[int], float], course: list[float]) -> Recording:
    looks = [a_look(step, loss=course[step], lr=rate(step)) for step in range(0, len(course), 4)]
    return a_recording(a_segment(looks, course))


def falling(
    until: int, end: float = 0.4, start: float = math.log(2), pace: float = 40
) -> list[float]:
    """A loss that falls until a step, and then stands still; `end` is what it was on its way to."""
    return [
        end + (start - end) * math.exp(-min(step, until) / pace) + 1e-3 * math.sin(7.0 * step)
        for step in range(STEPS)
    ]


def cut(at: int, to: float = 1e-6) -> Callable[[int], float]:
    return lambda step: 0.1 if step <= at else to


def test_learning_rate_too_low_says_by_which_step_the_schedule_took_it_away():
    found = the_finding(RULE, scheduled(lambda step: 0.1 * 0.9**step, falling(40)))
    assert found.severity is Severity.WARNING
    spent = f"the schedule had spent the learning rate by step {found.first_step} of 512"
    assert found.headline.startswith(f"{spent}: it goes from 0.1 to ")
    assert 40 <= found.first_step <= 48  # 0.9^44 is a hundredth
    assert found.source == "train.py:20"
    assert found.observed["highest_learning_rate"] == 0.1
    assert found.observed["learning_rate"] == pytest.approx(0.1 * 0.9**508)
    assert found.observed["spent_by_step"] == found.first_step
    assert found.expected == {"spent_by_step_at_least": LATE}
    assert "once an epoch" in found.remedies[0].summary


def test_learning_rate_too_low_is_an_error_where_the_schedule_left_the_loss_at_its_start():
    found = the_finding(RULE, scheduled(cut(60), falling(60, end=0.682)))
    assert found.severity is Severity.ERROR


def test_learning_rate_too_low_comes_before_a_gradient_that_vanishes_once_no_rate_is_left():
    def spent(look: Look) -> Look:
        optimizers = tuple(
            o._replace(groups=tuple(g._replace(lr=0.1 * (look.step < 8)) for g in o.groups))
            for o in look.optimizers
        )
        return look._replace(optimizers=optimizers)

    assert diagnose(each_look(vanishing_gradient(), spent)).findings[0].finding.rule == RULE


def test_learning_rate_too_low_follows_a_schedule_that_begins_with_a_warm_up_from_zero():
    rate: Callable[[int], float] = lambda step: max(min(step / 8, (60 - step) / 52), 0.0)  # noqa: E731
    assert the_finding(RULE, scheduled(rate, falling(60, end=0.682))).first_step < 60
    assert findings(RULE, scheduled(lambda step: min(step, STEPS - step) / STEPS, level())) == []


@pytest.mark.parametrize(
    "rate",
    [
        lambda step: 0.05 * (1 + math.cos(math.pi * step / STEPS)),
        lambda step: 0.1 * (1 - step / STEPS),
        lambda step: 0.1 * 0.1 ** (3 * step // STEPS),
        lambda step: 0.1 * 0.999**step,
        lambda _: 0.1,
    ],
    ids=["cosine", "linear", "steps", "slow exponential", "constant"],
)
@pytest.mark.parametrize("until", [40, 200])
def test_learning_rate_too_low_is_silent_on_a_schedule_as_long_as_the_run(
    rate: Callable[[int], float], until: int
):
    assert findings(RULE, scheduled(rate, falling(until))) == []


def seldom(rate: Callable[[int], float], course: list[float]) -> Recording:
    """Looks at the powers of two alone, as the watch has them late in a run."""
    seen = [0, *(2**k for k in range(9))]
    looks = [a_look(step, loss=course[step], lr=rate(step)) for step in seen]
    return a_recording(a_segment(looks, course))


@pytest.mark.parametrize("factor", [0.9, 0.93])
def test_learning_rate_too_low_follows_a_rate_that_decays_each_batch_between_rare_looks(
    factor: float,
):
    """The sum of a geometric series is spent to 99 % at ln 0.01 / ln factor: by step 44, or 64."""
    found = the_finding(RULE, seldom(lambda step: 0.1 * factor**step, falling(40)))
    spent = found.observed["spent_by_step"]
    assert spent == pytest.approx(math.log(0.01) / math.log(factor), abs=1.0)
    assert found.first_step == spent
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(("factor", "fires"), [(0.963, True), (0.966, False)])
def test_learning_rate_too_low_lets_a_rate_that_decays_each_batch_last_a_quarter(
    factor: float, fires: bool
):
    """Of 512 steps a quarter is 128: 0.01 is left there of 0.9647 a step, and of what follows."""
    world = seldom(lambda step: 0.1 * factor**step, falling(120))
    assert bool(findings(RULE, world)) is fires


@pytest.mark.parametrize(
    "rate",
    [
        lambda step: 0.05 * (1 + math.cos(math.pi * step / STEPS)),
        lambda step: 0.1 * (1 - step / STEPS),
        lambda step: 0.1 * min(1.0, (step + 1) / 50) * (1 - step / STEPS),
        lambda step: 0.1 * 0.99**step,
        lambda _: 0.1,
    ],
    ids=["cosine", "linear", "warm-up", "exponential over the run", "constant"],
)
def test_learning_rate_too_low_is_silent_between_rare_looks_on_a_schedule_as_long_as_the_run(
    rate: Callable[[int], float],
):
    assert findings(RULE, seldom(rate, falling(40))) == []


def test_learning_rate_too_low_reads_a_schedule_of_a_run_that_never_steps():
    world = scheduled(lambda step: 0.1 * 0.9**step, falling(40))
    (segment,) = world.segments
    bare = replace(segment, record=segment.record._replace(steps=0))
    assert findings(RULE, replace(world, segments=(bare,))) == []


@pytest.mark.parametrize(("at", "fires"), [(LATE - 8, True), (LATE, False)])
def test_learning_rate_too_low_blames_a_schedule_spent_in_the_first_quarter(at: int, fires: bool):
    assert bool(findings(RULE, scheduled(cut(at), falling(at)))) is fires


@pytest.mark.parametrize(("left", "fires"), [(0.008, True), (0.014, False)])
def test_learning_rate_too_low_asks_whether_a_hundredth_of_the_rates_is_left(
    left: float, fires: bool
):
    """The sum up to the cut is 0.1 x 62: the line between two looks counts by half."""
    tail = left * 0.1 * 62 / (STEPS - 64)
    assert bool(findings(RULE, scheduled(cut(60, tail), falling(60)))) is fires


def test_learning_rate_too_low_is_silent_on_a_rate_that_was_cut_after_a_plateau():
    """As ReduceLROnPlateau does: the loss had settled before."""
    settled = falling(STEPS, pace=3)
    assert findings(RULE, scheduled(cut(80), settled)) == []


def test_learning_rate_too_low_blames_it_for_a_loss_that_settled_near_chance_at_once():
    near, far = (falling(80, end=end, pace=3) for end in (0.66, 0.4))
    assert findings(RULE, scheduled(cut(80), near))
    assert findings(RULE, scheduled(cut(80), far)) == []


@pytest.mark.parametrize(("end", "fires"), [(0.05, False), (0.062, True)])
def test_learning_rate_too_low_is_silent_where_the_run_was_done_before_it_faded(
    end: float, fires: bool
):
    """It began at 0.55, by the middle of its first five losses."""
    solved = falling(60, end=end, pace=8)
    assert bool(findings(RULE, scheduled(cut(60), solved))) is fires


def test_learning_rate_too_low_is_silent_on_a_faded_run_whose_loss_still_falls():
    course = [0.2 + 0.49 * math.exp(-step / 300) for step in range(STEPS)]
    assert findings(RULE, scheduled(cut(60), course)) == []


def test_learning_rate_too_low_takes_a_rate_that_returns_for_a_warm_restart():
    def warm(step: int) -> float:
        return 0.1 if step <= 60 or step > 500 else 1e-6

    assert findings(RULE, scheduled(warm, falling(60))) == []


def test_learning_rate_too_low_wants_five_looks_at_a_schedule():
    world = scheduled(cut(60), falling(60)).segments[0]
    few = [k for k in world.looks if k.step in (0, 60, 64, 508)]
    assert findings(RULE, a_recording(a_segment(few, falling(60)))) == []
    five = [k for k in world.looks if k.step in (0, 4, 60, 64, 508)]
    assert len(findings(RULE, a_recording(a_segment(five, falling(60))))) == 1


@pytest.mark.parametrize("missing", WITHOUT)
def test_learning_rate_too_low_is_silent_without_what_it_needs(missing: str):
    said = ask(RULE, without(missing, learning_rate_too_low()))
    assert not (said and missing in NEEDS)
