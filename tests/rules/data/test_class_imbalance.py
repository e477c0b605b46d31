from __future__ import annotations

import pytest

from tests.gauntlet import findings, the_finding, without
from tests.planted import a_run, class_imbalance, learning, level
from tests.worlds import SAMPLES, a_loss, a_recording, statistics
from torchvitals.diagnosis import diagnose
from torchvitals.record.look import Tally
from torchvitals.record.recording import Recording

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
    assert "None of 16 rows" in found.because
    assert "pos_weight=torch.tensor(15)" in found.remedies[0].code
    assert diagnose(class_imbalance()).findings[1].finding.rule == "not-learning"


@pytest.mark.parametrize(("rare", "chance", "fires"), [(6, 0.311, True), (8, 0.377, False)])
def test_class_imbalance_wants_nine_tenths_of_one_class(rare: int, chance: float, fires: bool):
    assert bool(findings(RULE, run(level(chance), rare=rare))) is fires


def test_class_imbalance_is_silent_on_a_net_that_learns():
    assert findings(RULE, run([0.3 * value for value in learning()])) == []


def test_class_imbalance_is_silent_where_the_scores_rank_rare_events():
    assert findings(RULE, run(level(0.2338), ranked=0.95)) == []
    assert findings(RULE, run(level(0.2338), ranked=None)) == []


def test_class_imbalance_is_silent_where_rare_rows_are_found():
    assert findings(RULE, run(level(0.2338), found=1)) == []


def test_class_imbalance_wants_six_rare_rows():
    assert findings(RULE, run(level(0.0672), rare=1)) == []


@pytest.mark.parametrize("missing", ["looks", "loss functions", "targets", "losses"])
def test_class_imbalance_says_nothing_of_targets_that_it_can_not_see(missing: str):
    assert findings(RULE, without(missing, class_imbalance())) == []
