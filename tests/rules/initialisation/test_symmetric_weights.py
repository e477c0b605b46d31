from __future__ import annotations

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, each_parameter, findings, the_finding, without
from tests.planted import a_run, learning, level, symmetric_weights
from tests.worlds import (
    SAMPLES,
    a_look,
    a_parameter,
    a_recording,
    a_segment,
    an_operation,
    parameters,
    statistics,
)
from torchvitals.record.look import ParameterLook
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

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


def test_symmetric_weights_needs_equal_weights():
    differ = each_parameter(lambda p: p._replace(equal_rows=False))
    assert findings("symmetric-weights", each_look(symmetric_weights(), differ)) == []


def told_apart_by_biases(course: list[float]) -> Recording:
    same = tuple(
        p._replace(equal_rows=True, equal_gradient_rows=False) if p.equal_rows is False else p
        for p in parameters()
    )
    return a_recording(a_run(course, parameters=same))


def test_symmetric_weights_tells_of_rows_that_were_born_equal_where_nothing_is_learned():
    found = the_finding("symmetric-weights", told_apart_by_biases(level()))
    assert "only its bias" in found.because
    assert found.confidence < 0.99
    assert findings("symmetric-weights", told_apart_by_biases(learning())) == []


def zeros(course: list[float], *names: str) -> Recording:
    """Layers of zeros, whose gradients differ from row to row."""

    def zero(p: ParameterLook) -> ParameterLook:
        if p.equal_rows is None or (names and p.name not in names):
            return p
        return p._replace(
            equal_rows=True, equal_gradient_rows=False, weight=p.weight._replace(rms=0.0)
        )

    return each_look(a_recording(a_run(course, parameters=parameters())), each_parameter(zero))


def test_symmetric_weights_tells_of_a_whole_net_of_zeros_that_biases_tell_apart():
    found = the_finding("symmetric-weights", zeros(level()))
    assert found.severity is Severity.ERROR
    assert found.where == ("fc1", "fc2")
    assert findings("symmetric-weights", zeros(learning())) == []
    assert findings("symmetric-weights", zeros(level(), "fc2.weight")) == []


def test_symmetric_weights_of_a_whole_net_asks_no_loss_that_takes_either_sign():
    either = [0.05 * (-1) ** step - 0.1 * step / 100 for step in range(100)]
    assert the_finding("symmetric-weights", zeros(either)).severity is Severity.WARNING
    assert findings("symmetric-weights", zeros(either, "fc2.weight")) == []


def test_symmetric_weights_is_silent_on_heads_of_zeros_side_by_side():
    heads = [
        an_operation(k, "linear", f"fc{k + 1}", parameters=(f"fc{k + 1}.weight",)) for k in (0, 1)
    ]
    run = each_look(zeros(level()), lambda look: look._replace(operations=tuple(heads)))
    assert findings("symmetric-weights", run) == []


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


def zero_tables(gradient: float = 0.0) -> Recording:
    chain = (
        an_operation(0, "embedding", "user", parameters=("user.weight",), shape=(SAMPLES, 8)),
        an_operation(1, "embedding", "item", parameters=("item.weight",), shape=(SAMPLES, 8)),
        an_operation(2, "mul", "item", (0, 1), shape=(SAMPLES, 8)),
    )
    tables = tuple(
        a_parameter(
            f"{name}.weight",
            (100, 8),
            weight=statistics(0.0, zero_fraction=1.0),
            gradient=statistics(gradient),
        )
        for name in ("user", "item")
    )
    return a_recording(a_run(learning(), operations=chain, parameters=tables))


def test_symmetric_weights_tells_of_two_tables_of_zeros_that_are_multiplied():
    """Even where biases learn beside them."""
    found = the_finding("symmetric-weights", zero_tables())
    assert found.where == ("user", "item")
    assert found.headline == "user and item start at zero and stay there"


def test_symmetric_weights_is_silent_on_a_table_of_zeros_that_gets_a_gradient():
    assert findings("symmetric-weights", zero_tables(1e-3)) == []
