from __future__ import annotations

import math
from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, attention_collapse, attentive, learning, level
from tests.worlds import LOOKED_AT, a_look, a_recording, a_segment
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "a second look", "operations", "losses", "loss series", "a look that lived"}
LIMIT = 2 * math.sqrt(2 * math.log(16))
ONE_HOT: dict[str, Any] = {"entropy": 0.001, "sharp": 1.0, "logit_std": 90.0}


def run(course: list[float] | None = None, **fields: Any) -> Recording:
    return a_recording(a_run(level() if course is None else course, operations=attentive(**fields)))


def test_attention_collapse_says_how_it_looks_at_the_keys():
    found = the_finding("attention-collapse", attention_collapse())
    assert found.severity is Severity.ERROR
    assert found.headline == "attention after fc2 puts all weight on one key"
    assert found.observed["one_hot_rows"] == 1.0


def test_attention_collapse_is_silent_on_a_net_that_learns():
    assert findings("attention-collapse", run(learning(), **ONE_HOT)) == []


@pytest.mark.parametrize(("side", "fires"), [(0.99, False), (1.01, True)])
def test_attention_collapse_judges_the_spread_of_the_logits(side: float, fires: bool):
    fields = ONE_HOT | {"logit_std": side * LIMIT}
    assert bool(findings("attention-collapse", run(**fields))) is fires


@pytest.mark.parametrize(("entropy", "fires"), [(0.9998, False), (1.0, True)])
def test_attention_collapse_tells_even_weights_from_nearly_even_ones(entropy: float, fires: bool):
    found = findings("attention-collapse", run(entropy=entropy, logit_std=1e-4))
    assert [f.headline for f in found] == ["attention after fc2 weighs all keys alike"] * fires


def test_attention_collapse_is_silent_where_the_weights_were_even_at_first_alone():
    looks = [
        a_look(step, operations=attentive(entropy=1.0 if step < 4 else 0.99)) for step in LOOKED_AT
    ]
    assert findings("attention-collapse", a_recording(a_segment(looks, level()))) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_attention_collapse_is_silent_without_what_it_needs(missing: str):
    said = ask("attention-collapse", without(missing, attention_collapse()))
    assert not (said and missing in NEEDS)
