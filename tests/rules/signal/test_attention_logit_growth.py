from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import attention_logit_growth, attentive, learning, level
from tests.worlds import LOOKED_AT, a_look, a_recording, a_segment
from torchvitals.record.look import Operation
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "a second look", "operations", "losses", "loss series", "a look that lived"}


def growing(
    last: float, first: float = 2.0, course: Sequence[float] | None = None, dtype: str = "float32"
) -> Recording:
    """Logits of this size from the second half of the looks on."""
    course = level() if course is None else course

    def chain(step: int) -> tuple[Operation, ...]:
        size = last if step > LOOKED_AT[len(LOOKED_AT) // 2] else first
        return tuple(o._replace(dtype=dtype) for o in attentive(largest=size))

    looks = [a_look(step, loss=course[step], operations=chain(step)) for step in LOOKED_AT]
    return a_recording(a_segment(looks, course))


def test_attention_logit_growth_says_from_where_to_where():
    found = the_finding("attention-logit-growth", attention_logit_growth())
    assert found.severity is Severity.ERROR
    assert found.headline == "The logits of attention after fc2 grew from 2 to 6.4e+03"
    assert found.first_step == 1


@pytest.mark.parametrize(("last", "fires"), [(990.0, False), (1010.0, True)])
def test_attention_logit_growth_fires_from_a_thousand(last: float, fires: bool):
    assert bool(findings("attention-logit-growth", growing(last))) is fires


@pytest.mark.parametrize(("last", "fires"), [(120.0, False), (140.0, True)])
def test_attention_logit_growth_allows_bfloat16_less(last: float, fires: bool):
    assert bool(findings("attention-logit-growth", growing(last, dtype="bfloat16"))) is fires


def test_attention_logit_growth_is_silent_on_logits_that_were_large_from_the_start():
    assert findings("attention-logit-growth", growing(5000.0, first=4000.0)) == []


def test_attention_logit_growth_is_silent_while_the_loss_falls():
    assert findings("attention-logit-growth", growing(5000.0, course=learning())) == []


def test_attention_logit_growth_warns_where_the_loss_gave_back_what_it_had_gained():
    back = [*learning(60), *[0.2] * 40]
    found = the_finding("attention-logit-growth", growing(5000.0, course=back))
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize("missing", WITHOUT)
def test_attention_logit_growth_is_silent_without_what_it_needs(missing: str):
    said = ask("attention-logit-growth", without(missing, attention_logit_growth()))
    assert not (said and missing in NEEDS)
