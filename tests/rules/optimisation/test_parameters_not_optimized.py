from __future__ import annotations

from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, learning, level, parameters_not_optimized
from tests.worlds import a_parameter, a_recording, a_segment, an_optimizer, parameters
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "a look that lived", "parameters", "optimizers", "gradients", "updates"}
LEFT_OUT: dict[str, Any] = {"optimizer": None, "update_rms": 0.0, "unchanged": 1.0}


def left_out(layer: str = "fc1", course: list[float] | None = None, **fields: Any) -> Recording:
    """A run in which the parameters of a layer are in the graph, and in no optimizer."""
    all_of_them = tuple(
        p._replace(**(LEFT_OUT | fields)) if p.name.startswith(layer) else p for p in parameters()
    )
    course = level() if course is None else course
    return a_recording(a_run(course, parameters=all_of_them))


def beside(**fields: Any) -> Recording:
    """A healthy run with a second network, left out of the optimizer, in its graph."""
    second = a_parameter("vgg.features.0.weight", (8, 3), **(LEFT_OUT | fields))
    return a_recording(a_run(learning(), parameters=(*parameters(), second)))


def test_parameters_not_optimized_names_layers_and_the_optimizer():
    found = the_finding("parameters-not-optimized", parameters_not_optimized())
    assert found.where == ("fc1",)
    assert found.headline.startswith("2 parameters get gradients")
    assert found.observed["parameters_held"] == 4
    assert found.source == "train.py:20"


def unfrozen(stepping: bool = False, at: int = 8, **fields: Any) -> Recording:
    """A run in which a layer joins the graph at a step, held by what no more steps, if anything."""
    course = learning()
    still: dict[str, Any] = {"optimizer": 1, "update_rms": 0.0, "unchanged": 1.0, "fresh": False}
    body = a_parameter("fc0.weight", (8, 3), **(still | fields))
    looks = [
        look._replace(
            parameters=(*look.parameters, body) if look.step >= at else look.parameters,
            optimizers=(
                *look.optimizers,
                an_optimizer()._replace(number=1, steps=look.step if stepping else 100),
            ),
        )
        for look in a_run(course, parameters=parameters()).looks
    ]
    return a_recording(a_segment(looks, course))


def test_parameters_not_optimized_sees_what_was_unfrozen_and_not_given_to_the_optimizer():
    found = the_finding("parameters-not-optimized", unfrozen())
    assert found.where == ("fc0",)
    assert "add_param_group" in (found.remedies[0].code or "")


@pytest.mark.parametrize(
    "fields",
    [{"stepping": True}, {"update_rms": 0.1}, {"gradient": None}, {"owned": False}, {"at": 0}],
    ids=str,
)
def test_parameters_not_optimized_lets_what_joins_later_be_held_or_moved(fields: dict[str, Any]):
    assert findings("parameters-not-optimized", unfrozen(**fields)) == []


def made_anew(**fields: Any) -> Recording:
    """A healthy run, with a layer in its graph that no module holds and no step leaves alive."""
    anew: dict[str, Any] = {
        "owned": False,
        "optimizer": None,
        "update_rms": None,
        "unchanged": None,
        "gone": True,
    }
    layer = a_parameter("parameter[1]", (3, 8), **(anew | fields))
    return a_recording(a_run(learning(), parameters=(*parameters(), layer)))


def test_parameters_not_optimized_sees_layers_that_the_forward_makes():
    found = the_finding("parameters-not-optimized", made_anew())
    assert found.headline == "parameters are made anew in each forward: 1"
    assert found.where == ("parameter[1]",)
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    "fields",
    [{"gone": False}, {"gradient": None}, {"optimizer": 0}, {"owned": True}, {"update_rms": 0.0}],
    ids=str,
)
def test_parameters_not_optimized_lets_other_leaves_come_and_go(fields: dict[str, Any]):
    assert findings("parameters-not-optimized", made_anew(**fields)) == []


def test_parameters_not_optimized_is_an_error_even_in_a_run_whose_loss_falls():
    assert findings("parameters-not-optimized", left_out(course=learning()))


def test_parameters_not_optimized_sees_an_optimizer_that_holds_none_of_the_model():
    found = the_finding("parameters-not-optimized", left_out("fc"))
    assert "another model" in found.because
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    "healthy",
    [
        {"gradient": None},  # frozen by requires_grad_(False)
        {"owned": False},  # an input that asks for a gradient, as an adversarial example does
        {"update_rms": 1e-3, "unchanged": 0.0},  # moved by the script itself
        {"update_rms": None, "unchanged": None},  # no step was seen
        {"optimizer": 1},
    ],
)
def test_parameters_not_optimized_is_silent_on_what_is_left_out_by_right(healthy: dict[str, Any]):
    assert findings("parameters-not-optimized", left_out(**healthy)) == []


def test_parameters_not_optimized_only_notes_a_second_network_that_is_trained_already():
    assert the_finding("parameters-not-optimized", beside()).severity is Severity.NOTE
    fresh = the_finding("parameters-not-optimized", beside(fresh=True))
    assert fresh.severity is Severity.ERROR


def test_parameters_not_optimized_speaks_of_one_parameter_in_the_singular():
    headline = the_finding("parameters-not-optimized", beside()).headline
    assert headline == "1 parameter gets gradients but no optimizer holds it"


@pytest.mark.parametrize("missing", WITHOUT)
def test_parameters_not_optimized_is_silent_without_what_it_needs(missing: str):
    said = ask("parameters-not-optimized", without(missing, parameters_not_optimized()))
    assert not (said and missing in NEEDS)
