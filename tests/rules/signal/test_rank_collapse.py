from __future__ import annotations

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import DEEP, a_run, alike, learning, level, rank_collapse
from tests.worlds import LOOKED_AT, a_look, a_recording, a_segment
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "a second look", "operations", "losses", "loss series", "a look that lived"}


def run(
    factor: float, course: list[float] | None = None, widths: tuple[int, ...] = DEEP
) -> Recording:
    chain = alike(factor, widths)
    return a_recording(a_run(level() if course is None else course, operations=chain))


def test_rank_collapse_names_the_layer_from_which_all_are_alike():
    found = the_finding("rank-collapse", rank_collapse())
    assert found.severity is Severity.ERROR
    assert found.headline == "All samples are alike from tanh after fc4 on"
    assert found.where == ("tanh after fc4", "fc4")


@pytest.mark.parametrize(("factor", "fires"), [(0.29, True), (0.31, False)])
def test_rank_collapse_asks_for_six_correlation_lengths(factor: float, fires: bool):
    """Six hidden layers: the last lies five factors behind the first, and e^-6 is 0.301^5."""
    assert bool(findings("rank-collapse", run(factor))) is fires


def test_rank_collapse_is_silent_on_a_net_that_learns():
    assert findings("rank-collapse", run(0.1, learning())) == []


def test_rank_collapse_is_silent_on_a_shallow_net():
    assert findings("rank-collapse", run(1e-4, widths=(2, 8, 8, 8, 1))) == []


def test_rank_collapse_is_silent_where_it_came_in_training():
    looks = [a_look(step, operations=alike(0.1 if step else 0.9)) for step in LOOKED_AT]
    assert findings("rank-collapse", a_recording(a_segment(looks, level()))) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_rank_collapse_is_silent_without_what_it_needs(missing: str):
    said = ask("rank-collapse", without(missing, rank_collapse()))
    assert not (said and missing in NEEDS)
