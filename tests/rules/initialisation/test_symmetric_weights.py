from __future__ import annotations

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, each_parameter, findings, the_finding, without
from tests.planted import a_run, learning, symmetric_weights
from tests.worlds import a_look, a_recording, a_segment, parameters
from torchvitals.record.recording import Recording

NEEDS = {
    "looks",
    "a look that lived",
    "operations",
    "parameters",
    "gradients",
    "readable operations",
    "finite numbers",
}


def test_symmetric_weights_names_every_layer_of_equal_units():
    found = the_finding("symmetric-weights", symmetric_weights())
    assert found.where == ("fc1", "fc2")
    assert found.source == "train.py:10"
    assert found.observed["rows"] == 8
    assert found.remedies[0].code.splitlines() == [
        "nn.init.xavier_uniform_(model.fc1.weight)",
        "nn.init.xavier_uniform_(model.fc2.weight)",
    ]


@pytest.mark.parametrize("field", ["equal_rows", "equal_gradient_rows"])
def test_symmetric_weights_needs_equal_weights_and_equal_gradients(field: str):
    differ = each_parameter(lambda p: p._replace(**{field: False}))
    assert findings("symmetric-weights", each_look(symmetric_weights(), differ)) == []


def test_symmetric_weights_is_silent_on_a_zero_last_layer_that_moves_apart():
    def last_layer(equal: bool) -> Recording:
        at_first = tuple(
            p._replace(equal_rows=True) if p.name == "fc2.weight" else p for p in parameters()
        )
        later = at_first if equal else parameters()
        looks = [a_look(0, parameters=at_first), a_look(1, parameters=later)]
        return a_recording(a_segment(looks, learning()))

    assert findings("symmetric-weights", last_layer(equal=False)) == []
    assert findings("symmetric-weights", last_layer(equal=True)) == []


def test_symmetric_weights_is_silent_on_frozen_layers():
    frozen = each_parameter(
        lambda p: p._replace(gradient=None, equal_gradient_rows=None, update_rms=0.0)
    )
    assert findings("symmetric-weights", each_look(symmetric_weights(), frozen)) == []


def test_symmetric_weights_is_silent_where_rows_differed_once():
    equal = tuple(p._replace(equal_rows=True, equal_gradient_rows=True) for p in parameters())
    apart = tuple(p._replace(equal_rows=False) for p in equal)
    looks = [a_look(k, parameters=(equal, apart, equal)[k]) for k in range(3)]
    assert findings("symmetric-weights", a_recording(a_segment(looks, learning()))) == []


def test_symmetric_weights_is_silent_on_a_layer_of_one_unit():
    lone = tuple(p._replace(equal_rows=True, equal_gradient_rows=True) for p in parameters()[4:])
    assert findings("symmetric-weights", a_recording(a_run(learning(), parameters=lone))) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_symmetric_weights_is_silent_without_what_it_needs(missing: str):
    said = ask("symmetric-weights", without(missing, symmetric_weights()))
    assert not (said and missing in NEEDS)
