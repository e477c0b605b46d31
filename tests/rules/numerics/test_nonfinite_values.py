from __future__ import annotations

import math
from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import nonfinite_values, with_head
from tests.worlds import (
    a_look,
    a_loss,
    a_recording,
    a_segment,
    an_input,
    parameters,
    statistics,
)
from torchvitals.record.recording import Recording
from torchvitals.rules.base import NotJudged

BROKEN = statistics(1.0, nonfinite=3)


def ended(before: dict[str, Any] | None = None, **fields: Any) -> Recording:
    """Healthy looks, then one that is not finite; `before` are fields of the looks before it."""
    fields = {"loss": math.nan, **fields}
    looks = [*[a_look(step, **before or {}) for step in (0, 1, 2)], a_look(3, **fields)]
    return a_recording(a_segment(looks, [0.6, 0.6, 0.5, math.nan]))


def test_nonfinite_values_finds_the_operation_where_they_were_born():
    found = the_finding("nonfinite-values", nonfinite_values())
    assert found.where == ("log after fc3", "fc3")
    assert found.source == "train.py:15"
    assert found.first_step == 8
    assert found.remedies[0].code.startswith("torch.log(x.clamp_min")


def test_nonfinite_values_passes_over_what_only_inherits_them():
    chain = tuple(
        o._replace(output=BROKEN) if o.index >= 3 else o._replace(output=statistics())
        for o in with_head("log")
    )
    assert the_finding("nonfinite-values", ended(operations=chain)).where[0] == "relu after fc2"


def test_nonfinite_values_blames_the_data_that_brought_them():
    found = the_finding("nonfinite-values", ended(data=(an_input(overall=BROKEN),)))
    assert found.where == ("fc1",)
    assert "data" in found.because


def test_nonfinite_values_finds_the_operation_whose_slope_is_not_finite():
    chain = tuple(o._replace(gradient=BROKEN) if o.index <= 4 else o for o in with_head("sqrt"))
    sick = tuple(p._replace(gradient=BROKEN) for p in parameters())
    found = the_finding("nonfinite-values", ended(loss=0.5, operations=chain, parameters=sick))
    assert found.where[0] == "sqrt after fc3"
    assert "infinite slope at 0" in found.because


def test_nonfinite_values_looks_before_the_step_that_broke_the_parameters():
    sick = tuple(p._replace(weight=BROKEN) for p in parameters())
    at_zero = with_head("sqrt", output=statistics(1.0, 1.0, minimum=0.0))
    run = ended({"operations": at_zero}, operations=with_head("sqrt"), parameters=sick)
    assert the_finding("nonfinite-values", run).where[0] == "sqrt after fc3"
    unknown = the_finding("nonfinite-values", ended(parameters=sick))
    assert unknown.where == ()
    assert unknown.headline == "the values grew until they were not finite"
    assert unknown.observed["loss_at_look_before"] == a_look(2).loss


def test_nonfinite_values_is_silent_on_infinities_that_nothing_inherits():
    masked = with_head("where", output=BROKEN)
    assert findings("nonfinite-values", ended(loss=0.5, operations=masked)) == []


def test_nonfinite_values_blames_what_makes_of_a_mask_and_not_the_mask():
    masked = with_head("where", output=BROKEN)
    loss = masked[-1]
    after = loss._replace(index=6, kind="softmax", output=BROKEN)
    chain = (*masked[:-1], after, loss._replace(index=7, inputs=(6,)))
    assert the_finding("nonfinite-values", ended(operations=chain)).where[0] == "softmax after fc3"


@pytest.mark.parametrize(("scale", "fires"), [(65536.0, False), (1.0, True)])
def test_nonfinite_values_is_silent_on_a_step_that_a_scaler_skips(scale: float, fires: bool):
    sick = tuple(p._replace(gradient=BROKEN) for p in parameters())
    run = ended(loss=0.5, parameters=sick, loss_scale=scale)
    assert bool(findings("nonfinite-values", run)) is fires


@pytest.mark.parametrize(("fed", "fires"), [(statistics(), False), (BROKEN, True)])
def test_nonfinite_values_judges_a_crash_by_what_the_loss_was_fed(fed: Any, fires: bool):
    crashed = a_look(3, losses=(a_loss(fed=fed),), crash="RuntimeError: bounds", loss=math.nan)
    run = a_recording(a_segment([a_look(0), crashed], [0.6, 0.6, 0.6]))
    assert bool(findings("nonfinite-values", run)) is fires


def test_nonfinite_values_says_that_it_saw_no_look_at_the_step():
    run = a_recording(a_segment([a_look(0)], [0.6, 0.5, math.inf]))
    (said,) = ask("nonfinite-values", run)
    assert isinstance(said, NotJudged)
    assert "not looked at" in said.because


@pytest.mark.parametrize("missing", WITHOUT)
def test_nonfinite_values_still_tells_of_the_loss_whatever_is_missing(missing: str):
    said = ask("nonfinite-values", without(missing, nonfinite_values()))
    assert said or missing in (
        "losses",
        "loss series",
        "looks",
        "a second look",
        "a look that lived",
    )
