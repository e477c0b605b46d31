from __future__ import annotations

from dataclasses import replace

import pytest

from tests.gauntlet import each_look, findings, the_finding, without
from tests.planted import a_run, class_imbalance, learning, level
from tests.worlds import SAMPLES, a_loss, a_recording, statistics
from torchvitals.diagnosis import diagnose
from torchvitals.record.look import Look, Tally
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

RULE = "class-imbalance"


def run(
    course: list[float],
    *,
    rare: int = 4,
    found: int = 0,
    ranked: float | None = 0.5,
    function: str = "binary_cross_entropy_with_logits",
) -> Recording:
    """A run in which so many rows of each look are not of the common class."""
    share = rare / SAMPLES
    target = statistics(share**0.5, share, minimum=0.0, maximum=1.0, zero_fraction=1 - share)
    tally = Tally(SAMPLES, 2, 0, SAMPLES - rare, SAMPLES - found, found, ranked)
    return a_recording(a_run(course, losses=(a_loss(function, target=target, tally=tally),)))


def test_class_imbalance_says_how_uneven_and_how_blind():
    found = the_finding(RULE, class_imbalance())
    assert found.headline == "class 0 is 93.8% of the targets, and is given to every sample"
    assert "None of 32 rows" in found.because
    assert "pos_weight=torch.tensor(15)" in found.remedies[0].code
    assert diagnose(class_imbalance()).findings[1].finding.rule == "not-learning"


@pytest.mark.parametrize(("rare", "chance", "fires"), [(6, 0.311, True), (8, 0.377, False)])
def test_class_imbalance_wants_nine_tenths_of_one_class(rare: int, chance: float, fires: bool):
    assert bool(findings(RULE, run(level(chance), rare=rare))) is fires


def test_class_imbalance_is_silent_on_a_net_that_learns():
    assert findings(RULE, run([0.3 * value for value in learning()])) == []


@pytest.mark.parametrize(("columns", "fires"), [((), True), ((1,), True), ((40,), False)])
def test_class_imbalance_is_silent_on_many_rare_marks_that_cost_less_than_a_constant(
    columns: tuple[int, ...], fires: bool
):
    def tell(look: Look) -> Look:
        shape = (SAMPLES, *columns)
        return look._replace(
            losses=tuple(x._replace(target_shape=shape, fed_shape=shape) for x in look.losses)
        )

    falling = [0.2338 * (0.8 + 0.4 * 0.95**k) for k in range(100)]
    assert bool(findings(RULE, each_look(run(falling), tell))) is fires
    assert findings(RULE, each_look(run(level(0.2338)), tell))


def test_class_imbalance_is_silent_where_the_scores_rank_rare_events():
    assert findings(RULE, run(level(0.2338), ranked=0.95)) == []
    assert findings(RULE, run(level(0.2338), ranked=None)) == []


def test_class_imbalance_is_silent_where_rare_rows_are_found():
    assert findings(RULE, run(level(0.2338), found=1)) == []


@pytest.mark.parametrize(("looks", "fires"), [(4, False), (5, True)])
def test_class_imbalance_wants_five_rare_rows(looks: int, fires: bool):
    world = run(level(0.0672), rare=1)
    (segment,) = world.segments
    few = replace(segment, looks=segment.looks[-looks:])
    assert bool(findings(RULE, replace(world, segments=(few,)))) is fires


def from_step(step: int, rare: int, **before: int) -> Recording:
    """A net that gives each row the common class from this step on; this is what it did before."""

    def tell(look: Look) -> Look:
        (loss,) = look.losses
        assert loss.tally is not None
        told = loss.tally if look.step >= step else loss.tally._replace(**before)
        return look._replace(losses=(loss._replace(tally=told),))

    return each_look(run(level(0.2), rare=rare), tell)


# Looks at steps 0, 1, 2, 4, 8, 16, 32 and 64.
@pytest.mark.parametrize(
    ("step", "rare", "fires"), [(16, 2, True), (32, 2, False), (32, 5, True), (64, 5, False)]
)
def test_class_imbalance_counts_the_looks_since_which_all_rows_were_given_the_common_class(
    step: int, rare: int, fires: bool
):
    assert bool(findings(RULE, from_step(step, rare, common_chosen=60))) is fires
    assert bool(findings(RULE, from_step(step, rare, common=1))) is fires


def test_class_imbalance_tells_of_the_class_and_the_rows_since_it_settled():
    found = the_finding(RULE, from_step(16, 2, common=1, common_wanted=40))
    assert found.headline == "class 0 is 96.9% of the targets, and is given to every sample"
    assert "None of 6 rows" in found.because


def test_class_imbalance_is_silent_where_the_last_look_still_finds_others():
    world = from_step(0, 4)
    (segment,) = world.segments
    *looks, last = segment.looks
    (loss,) = last.losses
    assert loss.tally is not None
    found = loss._replace(tally=loss.tally._replace(common_chosen=63, others_found=1))
    changed = replace(segment, looks=(*looks, last._replace(losses=(found,))))
    assert findings(RULE, replace(world, segments=(changed,))) == []


@pytest.mark.parametrize("missing", ["looks", "loss functions", "targets", "losses"])
def test_class_imbalance_says_nothing_of_targets_that_it_can_not_see(missing: str):
    assert findings(RULE, without(missing, class_imbalance())) == []


def of_one_class(*, classes: int = 10, other: int = 0, rows: int = SAMPLES) -> Recording:
    """Targets that are class 0 at every look but, with `other`, at the last one."""
    tally = Tally(rows, classes, 0, rows, rows, 0, None)
    target = statistics(0.0, 0.0, minimum=0.0, maximum=0.0, zero_fraction=1.0)
    loss = a_loss("cross_entropy", target=target, tally=tally)
    world = a_recording(a_run([2.3 * 0.9**k for k in range(100)], losses=(loss,)))
    (segment,) = world.segments
    *looks, last = segment.looks
    (seen,) = last.losses
    changed = seen._replace(tally=tally._replace(common_wanted=rows - other))
    looks.append(last._replace(losses=(changed,)))
    scored = replace(world, segments=(replace(segment, looks=tuple(looks)),))
    return each_look(scored, lambda look: with_units(look, classes))


def with_units(look: Look, units: int) -> Look:
    """A last layer of so many units."""
    wide = (p._replace(shape=(units, 8)) if p.name == "fc3.weight" else p for p in look.parameters)
    return look._replace(parameters=tuple(wide))


def test_class_imbalance_is_silent_where_one_unit_scores_each_of_several_things():
    scorer = each_look(of_one_class(), lambda look: with_units(look, 1))
    assert findings(RULE, scorer) == []


def test_class_imbalance_tells_of_targets_that_are_all_one_class():
    found = the_finding(RULE, of_one_class())
    assert found.headline == "every target is class 0"
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize("world", [{"classes": 2}, {"other": 1}, {"rows": 4}])
def test_class_imbalance_is_silent_where_other_classes_may_be(world: dict[str, int]):
    assert findings(RULE, of_one_class(**world)) == []


def test_class_imbalance_is_silent_on_scores_that_no_weights_of_a_class_make():
    def products(look: Look) -> Look:
        changed = (o._replace(parameters=()) for o in look.operations)
        return look._replace(operations=tuple(changed))

    assert findings(RULE, each_look(of_one_class(), products)) == []
