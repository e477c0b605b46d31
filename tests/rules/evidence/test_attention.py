from __future__ import annotations

import math

import pytest

from tests.planted import a_run, attentive, level
from tests.worlds import LOOKED_AT, a_look, a_segment, an_operation
from torchvitals.record.look import Attended
from torchvitals.rules.evidence.attention import AttentionHistory, attention_histories


def history(*sizes: float | None, dtype: str = "float32") -> AttentionHistory:
    """An attention whose largest logits were these, at one look after another."""
    rows = tuple((k, Attended(64, 16, 0.9, 0.0, 0.0, size, 0.5)) for k, size in enumerate(sizes))
    return AttentionHistory(an_operation(3, "softmax", "fc2", (2,), dtype=dtype), rows)


def test_the_logits_of_an_attention_are_those_that_are_known_and_finite():
    seen = history(2.0, None, math.inf, math.nan, 7.0, 3.0)
    assert seen.logits == [(0, 2.0), (4, 7.0), (5, 3.0)]
    assert seen.largest == 7.0


def test_an_attention_of_which_no_logit_is_known_has_not_grown():
    for seen in (history(), history(None, None), history(math.inf)):
        assert seen.logits == []
        assert seen.largest == 0.0
        assert not seen.has_grown


@pytest.mark.parametrize(
    ("dtype", "limit"), [("float32", 1000.0), ("float16", 1000.0), ("bfloat16", 128.0)]
)
def test_the_limit_of_a_logit_is_lower_where_numbers_are_coarse(dtype: str, limit: float):
    assert history(dtype=dtype).limit == limit
    assert not history(2.0, limit, dtype=dtype).has_grown
    assert history(2.0, 1.01 * limit, dtype=dtype).has_grown


@pytest.mark.parametrize(("first", "grown"), [(499.0, True), (501.0, False)])
def test_logits_have_grown_where_they_end_ten_times_above_where_they_began(
    first: float, grown: bool
):
    assert history(first, 5000.0).has_grown is grown


def test_logits_that_came_back_have_not_grown():
    assert not history(2.0, 5000.0, 900.0).has_grown


def test_there_is_one_history_for_each_attention_over_all_looks_that_lived():
    looks = [a_look(step, operations=attentive(largest=2.0 + step)) for step in LOOKED_AT]
    crashed = a_look(99, operations=attentive(largest=1e6), crash="RuntimeError: out of memory")
    (seen,) = attention_histories(a_segment([*looks, crashed]))
    assert seen.logits == [(step, 2.0 + step) for step in LOOKED_AT]
    assert seen.first.largest_logit == 2.0
    assert seen.last.largest_logit == 66.0
    assert seen.place == "attention after fc2"
    assert attention_histories(a_run(level())) == []
