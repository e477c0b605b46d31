"""What was set otherwise, and which layers differ by more than their noise."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from tests.worlds import (
    LOOKED_AT,
    a_group,
    a_look,
    a_loss,
    a_segment,
    an_input,
    an_optimizer,
    operations,
    parameters,
    statistics,
)
from torchvitals.differences import (
    layers_that_differ,
    settings_that_differ,
    shared_layers,
)
from torchvitals.record.look import Look, ParameterLook
from torchvitals.record.recording import Segment


def differing(after: Segment, before: Segment | None = None) -> dict[str, tuple[object, object]]:
    found = settings_that_differ(before or a_segment(), after)
    return {entry.name: (entry.before, entry.after) for entry in found}


def with_looks(change: Callable[[Look], Look], steps: tuple[int, ...] = LOOKED_AT) -> Segment:
    return a_segment([change(a_look(step)) for step in steps])


def changes(after: Segment, before: Segment | None = None) -> dict[tuple[str, str], float]:
    before = before or a_segment()
    layers = shared_layers(before, after)
    return {(c.quantity, c.layer): c.ratio for c in layers_that_differ(before, after, layers)}


def scaled(look: Look, factor: float, *, layer: str = "fc1", of: str = "gradient") -> Look:
    def one(parameter: ParameterLook) -> ParameterLook:
        if not parameter.name.startswith(layer):
            return parameter
        if of == "update":
            return parameter._replace(update_rms=factor * (parameter.update_rms or 0.0))
        gradient = parameter.gradient
        assert gradient is not None
        return parameter._replace(gradient=gradient._replace(rms=factor * gradient.rms))

    return look._replace(parameters=tuple(one(p) for p in look.parameters))


def test_two_runs_alike_have_no_differences():
    assert differing(a_segment()) == {}
    assert changes(a_segment()) == {}


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        (an_optimizer(kind="Adam"), {"optimizer": ("SGD", "Adam")}),
        (an_optimizer(lr=0.5), {"learning rate": (0.1, 0.5)}),
        (an_optimizer(groups=(a_group(momentum=0.9),)), {"momentum": (None, 0.9)}),
        (an_optimizer(groups=(a_group(weight_decay=0.1),)), {"weight decay": (None, 0.1)}),
        (an_optimizer(groups=(a_group(nesterov=True),)), {"nesterov": (None, "yes")}),
        (an_optimizer(rebuilt=7), {"optimizer built anew": ("never", "7 times")}),
        (an_optimizer(held=4), {"parameters held": (6, 4)}),
    ],
)
def test_a_setting_of_the_optimizer_that_differs_is_told(optimizer, expected):
    after = with_looks(lambda look: look._replace(optimizers=(optimizer,)))
    assert differing(after) == expected


def test_a_rate_that_was_changed_on_the_way_is_told():
    looks = [a_look(step, lr=0.1 if step < 64 else 0.01) for step in LOOKED_AT]
    assert differing(a_segment(looks)) == {"learning rate at the end": (None, 0.01)}


def test_a_handwritten_update_is_told():
    after = with_looks(lambda look: look._replace(optimizers=()))
    after = a_segment(after.looks, handwritten=True)
    found = differing(after)
    assert found["optimizer"] == ("SGD", "hand-written")
    assert found["learning rate"] == (0.1, None)


def test_the_batch_is_told_by_the_data_that_enters():
    def doubled(look: Look) -> Look:
        first = look.operations[0]._replace(shape=(128, 8))
        return look._replace(operations=(first, *look.operations[1:]))

    assert differing(with_looks(doubled)) == {"batch": (64, 128)}


def test_another_loss_is_told():
    after = with_looks(lambda look: look._replace(losses=(a_loss("mse_loss"),)))
    expected = {"loss": ("binary_cross_entropy_with_logits", "mse_loss")}
    assert differing(after) == expected


def test_inputs_of_another_scale_are_told_and_of_another_batch_are_not():
    near = an_input()._replace(overall=statistics(1.05, 0.1, count=128))
    far = an_input()._replace(overall=statistics(50.0, 45.0, count=128))
    assert differing(with_looks(lambda look: look._replace(data=(near,)))) == {}
    found = differing(with_looks(lambda look: look._replace(data=(far,))))
    assert found["input mean"] == (0.0, 45.0)
    assert found["input std"][1] == pytest.approx(math.sqrt(50**2 - 45**2))


def test_other_operations_are_told_by_name():
    after = with_looks(lambda look: look._replace(operations=operations("sigmoid")))
    gone, new = differing(after)["operations of its own"]
    assert gone == "relu after fc1, relu after fc2"
    assert new == "sigmoid after fc1, sigmoid after fc2"


def test_a_layer_of_another_width_is_told_and_not_compared():
    after = with_looks(lambda look: look._replace(parameters=parameters((2, 16, 8, 1))))
    assert differing(after)["shape of fc1.weight"] == ("8 x 2", "16 x 2")
    assert shared_layers(a_segment(), after) == ["fc3"]


def test_weights_that_began_at_another_scale_are_told():
    def small(look: Look) -> Look:
        first = look.parameters[0]
        weight = first.weight._replace(rms=first.weight.rms / 100)
        return look._replace(parameters=(first._replace(weight=weight), *look.parameters[1:]))

    (name, (before, after)) = next(iter(differing(with_looks(small)).items()))
    assert name == "fc1.weight at the start, RMS"
    assert before == pytest.approx(100 * after)


@pytest.mark.parametrize("of", ["gradient", "update"])
@pytest.mark.parametrize("factor", [0.01, 5.0])
def test_a_layer_that_differs_throughout_is_told_with_its_ratio(factor: float, of: str):
    found = changes(with_looks(lambda look: scaled(look, factor, of=of)))
    quantity = "gradient norm" if of == "gradient" else "update / weight"
    assert found == {(quantity, "fc1"): pytest.approx(factor)}


def test_a_layer_whose_difference_is_noise_is_not_told():
    factors = (0.1, 30.0, 2.5, 0.2, 6.0, 9.0, 0.3, 1.0)
    looks = [scaled(a_look(s), f) for s, f in zip(LOOKED_AT, factors, strict=True)]
    assert changes(a_segment(looks)) == {}


def test_a_small_difference_is_not_told_however_sure():
    assert changes(with_looks(lambda look: scaled(look, 1.9))) == {}


def test_a_gradient_that_was_zero_is_told_as_such():
    dead = with_looks(lambda look: scaled(look, 0.0))
    assert changes(a_segment(), before=dead) == {("gradient norm", "fc1"): math.inf}
    assert changes(dead) == {("gradient norm", "fc1"): 0.0}


def test_only_looks_at_the_same_steps_are_compared():
    after = with_looks(lambda look: scaled(look, 100.0), steps=(0, 1, 3, 5, 7))
    assert changes(after) == {}, "two steps in common are too few"


def test_a_segment_without_looks_has_nothing_to_compare():
    assert shared_layers(a_segment([]), a_segment()) == []
    assert differing(a_segment([]), before=a_segment([])) == {}
