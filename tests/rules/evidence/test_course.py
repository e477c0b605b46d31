from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.planted import a_run, learning, level, looks_at, rising
from tests.worlds import a_look, a_loss, a_segment, a_series, an_optimizer, statistics
from torchvitals.record.look import Loss, Statistics
from torchvitals.rules.evidence.course import Course, course_of, is_adversarial

courses = st.lists(st.floats(1e-3, 1e3, allow_subnormal=False), min_size=1, max_size=300).map(
    np.array
)


def course(values: list[float], chance: float | None = None) -> Course:
    return Course(np.array(values), chance)


def test_a_loss_that_falls_by_a_tenth_is_learning():
    assert course([1.0] * 50 + [0.89] * 50).learning
    assert not course([1.0] * 50 + [0.91] * 50).learning


def test_a_loss_that_only_falls_to_what_a_constant_costs_is_not_learning():
    falls_to_chance = [5.0] * 50 + [0.7] * 50
    assert course(falls_to_chance).learning
    assert not course(falls_to_chance, chance=0.7).learning
    assert course(falls_to_chance, chance=0.7).stuck


def test_a_loss_that_leaves_the_finite_numbers_is_blown_up_and_neither_learning_nor_stuck():
    values = [1.0] * 10 + [0.1] * 20 + [math.nan]
    assert course(values).blown_up
    assert not course(values).learning
    assert not course(values).stuck
    assert course(values).first_nonfinite == 30


@pytest.mark.parametrize(("peak", "blown_up"), [(9.9, False), (10.1, True)])
def test_a_loss_is_blown_up_from_ten_times_its_start(peak: float, blown_up: bool):
    assert course([1.0] * 20 + [peak] + [1.0] * 20).blown_up is blown_up


@pytest.mark.parametrize(("steps", "short"), [(19, True), (20, False)])
def test_a_run_below_twenty_steps_is_short_and_never_stuck(steps: int, short: bool):
    run = course([1.0] * steps)
    assert run.short is short
    assert run.stuck is not short


def test_noise_does_not_count_as_a_move():
    noisy = np.tile([0.8, 1.2], 200)
    noisy[-40:] -= 0.03
    assert Course(noisy, None).stuck
    calm = np.ones(400)
    calm[-40:] -= 0.03
    assert not Course(calm, None).stuck


def test_the_noise_of_a_loss_is_a_standard_deviation():
    noisy = np.random.default_rng(0).normal(1.0, 0.2, 4000)
    assert Course(noisy, None).noise == pytest.approx(0.2, rel=0.05)
    assert Course(np.linspace(5, 1, 4000), None).noise == pytest.approx(0.0, abs=0.01)


def test_a_loss_that_still_falls_is_not_flat_at_the_end():
    assert not course([1 - step / 200 for step in range(100)]).flat_at_end
    assert course([1.0] * 50 + [0.2] * 50).flat_at_end


def test_no_losses_are_neither_learning_nor_stuck_nor_blown_up():
    run = course([])
    assert run.short
    assert not (run.learning)
    assert not (run.stuck)
    assert not (run.blown_up)
    assert not (run.flat_at_end)
    assert math.isnan(run.start)


@given(courses, st.floats(1e-3, 1e3))
def test_the_unit_of_the_loss_does_not_matter(values: np.ndarray, scale: float):
    run, scaled = Course(values, None), Course(values * scale, None)
    assert scaled.fall == pytest.approx(run.fall, abs=1e-6)
    assert scaled.peak == pytest.approx(run.peak)


@given(courses)
def test_no_run_is_both_learning_and_stuck(values: np.ndarray):
    run = Course(values, None)
    assert not (run.learning and run.stuck) or run.noise > 0


@pytest.mark.parametrize(
    ("loss", "chance"),
    [
        (a_loss(), math.log(2)),
        (a_loss(target=statistics(0.5, 0.25, minimum=0.0, maximum=1.0)), 0.5623 + 1 / 8192),
        (a_loss(target=statistics(2.0, 1.0, minimum=0.0, maximum=2.0)), None),
        (a_loss("cross_entropy", fed_shape=(64, 10)), math.log(10)),
        (a_loss("mse_loss", target=statistics(5.0, 4.0)), 9.0 * 4096 / 4095),
        (a_loss("l1_loss"), None),
        (a_loss("mse_loss", whole=False), None),
        (a_loss("mse_loss", target=None), None),
        (a_loss("mse_loss", target=statistics(nonfinite=1)), None),
    ],
)
def test_what_a_constant_prediction_costs(loss: Loss, chance: float | None):
    found = course_of(a_run(level(), losses=(loss,))).chance
    assert found == (None if chance is None else pytest.approx(chance, abs=1e-4))


def test_a_constant_prediction_is_unknown_once_one_look_does_not_tell():
    looks = [a_look(0), a_look(1), a_look(2, losses=())]
    assert course_of(a_segment(looks, level())).chance is None


def test_the_course_is_that_of_the_longest_series():
    run = a_segment(losses=[a_series(level(steps=10)), a_series(learning(), stream=1)])
    assert course_of(run).steps == 100


def test_two_losses_with_an_optimizer_each_are_adversaries():
    two = (an_optimizer(0), an_optimizer(1))
    looks = [a_look(0, optimizers=two), a_look(1, optimizers=two)]
    series = [a_series(rising()), a_series(rising(), stream=1)]
    assert is_adversarial(a_segment(looks, series))
    assert not is_adversarial(a_segment(looks, rising()))
    assert not is_adversarial(a_segment([a_look(0)], series))
    again = [a_look(1, optimizers=(an_optimizer(0), an_optimizer(1, rebuilt=1)))]
    assert not is_adversarial(a_segment(again, series))


def test_adversaries_are_never_stuck_or_blown_up():
    run = Course(np.array(rising()), None, adversarial=True)
    assert run.learning
    assert not (run.stuck)
    assert not (run.blown_up)
    assert not (run.flat_at_end)
    assert Course(np.array([1.0, math.inf]), None, adversarial=True).blown_up


def test_a_run_that_learns_at_once_has_learned():
    fell = [0.42, 0.2, 0.1] + [0.05 + 0.002 * math.sin(3.0 * k) for k in range(1500)]
    assert course_of(a_run(fell)).learning


def test_a_loss_that_still_falls_is_not_stuck():
    slow = [0.69 * (1 - 0.08 * (k / 200) ** 2) + 0.005 * math.sin(7.0 * k) for k in range(200)]
    course = course_of(a_run(slow))
    assert course.on_its_way
    assert not course.stuck
    flat = course_of(a_run(level()))
    assert not flat.on_its_way
    assert flat.stuck


def test_a_constant_prediction_costs_the_sum_where_losses_are_summed():
    two = (a_loss(value=0.7), a_loss("cross_entropy", fed_shape=(64, 10), value=2.3))
    looks = [a_look(step, loss=3.0, losses=two) for step in range(3)]
    assert course_of(a_segment(looks, level())).chance == pytest.approx(math.log(20), abs=1e-4)
    weighed = [look._replace(loss=1.5) for look in looks]
    assert course_of(a_segment(weighed, level())).chance is None


def test_targets_of_two_losses_differ_and_do_not_move():
    small, large = a_loss(), a_loss("mse_loss", target=statistics(100.0, minimum=-3, maximum=3))
    still = [a_look(step, losses=(large, small)) for step in range(3)]
    assert not course_of(a_segment(still, level())).adversarial
    moving = [a_look(0, losses=(small,)), a_look(1, losses=(a_loss(target=statistics(9.0)),))]
    assert course_of(a_segment(moving, level())).adversarial


@pytest.mark.parametrize(("end", "far"), [(0.49, False), (0.51, True)])
def test_a_run_is_far_from_learned_above_half_of_what_a_constant_costs(end: float, far: bool):
    run = course([1.0] * 50 + [end] * 50, chance=1.0)
    assert run.learning
    assert run.far_from_learned is far


def test_a_run_that_does_not_learn_is_far_from_learned_whether_or_not_chance_is_known():
    assert course([1.0] * 100).far_from_learned
    assert course([1.0] * 100, chance=1.0).far_from_learned
    assert course([1.0] * 50 + [math.nan] * 50).far_from_learned


def test_a_run_that_learns_is_not_called_far_from_learned_where_chance_is_unknown():
    assert not course([1.0] * 50 + [0.8] * 50).far_from_learned


def test_a_short_run_and_adversaries_are_not_called_far_from_learned():
    assert course([1.0] * 20).far_from_learned
    assert not course([1.0] * 19).far_from_learned
    assert not Course(np.ones(100), 1.0, adversarial=True).far_from_learned


# The first loss is 1; all others, and what the loss function is fed, are so many times larger.
@pytest.mark.parametrize(
    ("times", "growth", "blown_up"),
    [(11.0, 11.0, True), (9.9, 11.0, False), (11.0, 9.9, False)],
)
def test_a_loss_that_leaps_with_its_first_step_and_stays_there_is_blown_up(
    times: float, growth: float, blown_up: bool
):
    values = np.array([1.0] + [times * (1 + 0.01 * (step % 2)) for step in range(99)])
    assert Course(values, None, growth=growth).blown_up is blown_up


def test_a_first_loss_that_is_low_by_chance_is_no_beginning_of_a_leap():
    values = np.tile([1.0, 20.0, 30.0], 40)
    assert Course(values[:20], None, growth=20.0).leapt
    late = np.concatenate([values, [0.5, 0.6]])
    assert not Course(late, None, growth=20.0).leapt


@pytest.mark.parametrize("first", [0.0, -1.0])
def test_a_loss_that_begins_at_zero_has_no_tenfold_to_leap_to(first: float):
    assert not Course(np.array([first] + [20.0] * 50), None, growth=20.0).leapt


def test_the_course_knows_how_what_the_loss_is_fed_grew():
    looks = [
        a_look(step, losses=(a_loss(fed=statistics(size, count=64)),))
        for step, size in ((0, 0.5), (1, 7.0), (2, 8.0), (4, 9.0))
    ]
    assert course_of(a_segment(looks)).growth == pytest.approx(17.0)
    bare = [look._replace(losses=()) for look in looks]
    assert course_of(a_segment(bare)).growth == 1.0


@pytest.mark.parametrize(("apart", "known"), [(0.0, False), (2**-23, False), (2**-18, True)])
def test_targets_that_differ_by_rounding_alone_are_all_the_same(apart: float, known: bool):
    equal = statistics(1.0, (1.0 - apart) ** 0.5, count=64)
    told = a_loss("mse_loss", target=equal)
    assert (course_of(a_run(level(), losses=(told,))).chance is not None) is known


def test_targets_that_are_all_zero_tell_nothing_of_a_constant():
    """Residuals of an equation are compared with zeros, and a constant does not solve it."""
    zeros = a_loss("mse_loss", target=statistics(0.0, minimum=0.0, maximum=0.0))
    residuals = course_of(a_run(learning(), losses=(zeros,)))
    assert residuals.chance is None
    assert residuals.learning
    data = a_loss("mse_loss", target=statistics(1.0), value=0.5)
    both = course_of(a_run(learning(), losses=(zeros._replace(value=0.0), data)))
    assert both.chance is None


def regression(
    targets: Iterable[Statistics], *, part: float | None = None, beside: float = 0.0
) -> Course:
    """The course of a squared error of 1, whose looks saw such targets."""
    losses = [1.0 + beside] * 100
    fields = {"value": 1.0, "part": part, "whole": not beside}
    seen = [
        look._replace(losses=(a_loss("mse_loss", target=target, **fields),))
        for look, target in zip(looks_at(losses), targets, strict=False)
    ]
    return course_of(a_segment(seen, losses))


def rows(mean: float, std: float, count: int) -> Statistics:
    return statistics(math.hypot(mean, std), mean)._replace(count=count)


def test_one_row_a_batch_is_told_over_all_batches():
    run = regression(rows(mean, 0.0, 1) for mean in (1.0, -1.0) * 8)
    assert run.chance == pytest.approx(8 / 7, rel=1e-3)  # eight looks


# Of five classes the entropy of order 2 is -ln(5 rms^2); a uniform guess costs ln 5 = 1.609.
@pytest.mark.parametrize(
    ("rms", "known"), [(0.205, False), (0.29, False), (0.31, True), (0.447, True)]
)
def test_soft_targets_that_cost_half_of_it_themselves_leave_no_constant_to_be_below(
    rms: float, known: bool
):
    soft = a_loss(
        "cross_entropy",
        fed_shape=(64, 5),
        target_shape=(64, 5),
        target=statistics(rms, 0.2, minimum=0.0, maximum=1.0, count=320),
    )
    assert (course_of(a_run(level(), losses=(soft,))).chance is not None) is known


def test_soft_labels_of_two_classes_have_an_entropy_of_their_own():
    soft = statistics(0.51, 0.5, minimum=0.4, maximum=0.6, count=64)
    assert course_of(a_run(level(), losses=(a_loss(target=soft),))).chance is None
    assert course_of(a_run(level())).chance == pytest.approx(math.log(2))


def test_there_is_one_constant_for_batches_of_different_levels():
    run = regression(rows(mean, 0.1, 32) for mean in (1.0, -1.0) * 8)
    assert run.chance == pytest.approx(1.01, rel=0.01)


def test_too_few_targets_tell_no_constant():
    assert regression(rows(mean, 0.0, 1) for mean in (1.0, -1.0, 1.0)).chance is None


def test_what_is_added_to_a_loss_function_is_left_out():
    run = regression([rows(0.0, 1.0, 64)] * 8, part=1.0, beside=3.0)
    assert run.chance == pytest.approx(1.0, rel=0.01)
    assert run.end == pytest.approx(1.0)
    assert run.stuck


def test_a_loss_of_unknown_part_is_compared_with_no_constant():
    targets = [rows(0.0, 1.0, 64)] * 8
    seen = [
        look._replace(losses=(a_loss("mse_loss", target=target, value=value, whole=False),))
        for look, target, value in zip(
            looks_at([4.0] * 100), targets, [1.0, 2.0, 3.0] * 3, strict=False
        )
    ]
    assert course_of(a_segment(seen, [4.0] * 100)).chance is None


@pytest.mark.parametrize(
    ("least", "lowest", "contested"),
    [(-1.0, -0.1, True), (-1.0, 0.1, False), (-0.1, -0.1, False)],
)
def test_a_loss_that_advantages_weigh_need_not_fall(least: float, lowest: float, contested: bool):
    """Of both signs, and below zero at times: else it has a floor, as a quantile's loss has."""
    weights = statistics(1.0, 0.0, minimum=least, maximum=2.0)
    looks = [a_look(step)._replace(weighed=weights) for step in (0, 1, 2, 4)]
    assert course_of(a_segment(looks, [0.5, *level(lowest)])).adversarial is contested


@pytest.mark.parametrize(("grown", "contested"), [(2.0, False), (4.0, True)])
def test_weights_that_grow_are_made_by_the_run_itself(grown: float, contested: bool):
    sizes = [statistics(size, size, minimum=0.0, maximum=2 * size) for size in (1.0, grown)]
    looks = [a_look(step)._replace(weighed=size) for step, size in enumerate(sizes)]
    assert course_of(a_segment(looks, level())).adversarial is contested
