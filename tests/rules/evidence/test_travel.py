from __future__ import annotations

import math

import pytest

from tests.worlds import a_look, a_parameter, a_segment, an_operation
from torchvitals.rules.evidence.travel import integral, travels


def test_integral_takes_what_lies_between_two_looks_as_their_mean():
    assert integral([(0, 2.0), (4, 4.0)], 5) == pytest.approx(4 * 3.0 + 4.0)


def test_integral_of_a_first_look_that_came_late_begins_at_step_zero():
    assert integral([(10, 1.0)], 20) == pytest.approx(20.0)


def test_integral_of_nothing_is_nothing():
    assert integral([], 100) == 0.0


def test_travels_adds_up_the_updates_and_bounds_the_change_of_the_output():
    part = a_parameter("fc.weight", (8, 4), update_rms=0.01)
    looks = [a_look(step, parameters=(part,)) for step in (0, 1, 2, 4, 8)]
    (way,) = travels(a_segment(looks))
    assert way.path == pytest.approx(100 * 0.01)
    assert way.relative == pytest.approx(way.path / part.weight.rms)
    assert way.reach == pytest.approx(way.relative * math.sqrt(4))


def test_travels_leaves_out_biases_where_there_are_matrices():
    assert {way.name for way in travels(a_segment())} == {f"fc{k}.weight" for k in (1, 2, 3)}


def test_travels_leaves_out_what_no_gradient_reached():
    part = a_parameter("fc.weight", (8, 4), gradient=None)
    assert travels(a_segment([a_look(0, parameters=(part,))])) == []


def test_travels_measures_zero_weights_by_the_size_that_they_should_have():
    part = a_parameter("fc.weight", (8, 4), update_rms=0.01)
    zero = part._replace(weight=part.weight._replace(rms=0.0))
    (way,) = travels(a_segment([a_look(0, parameters=(zero,))]))
    assert way.size == pytest.approx(1 / math.sqrt(12))


def test_travels_takes_the_rows_of_an_embedding_as_they_are():
    part = a_parameter("emb.weight", (100, 16), update_rms=0.01)
    table = an_operation(0, "embedding", "emb", parameters=("emb.weight",))
    looks = [a_look(step, parameters=(part,), operations=(table,)) for step in (0, 1, 2, 4, 8)]
    (way,) = travels(a_segment(looks))
    assert way.fan_in == 1
    assert way.reach == pytest.approx(way.relative)
