from __future__ import annotations

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, findings, the_finding, without
from tests.planted import a_run, level, looks_at, no_update
from tests.worlds import a_look, a_recording, a_segment, an_optimizer, parameters
from torchvitals.record.look import Look
from torchvitals.record.recording import Recording

NEEDS = {
    "looks",
    "a look that lived",
    "a second look",
    "parameters",
    "gradients",
    "updates",
}


def lost(unchanged: float, lr: float = 1e-12) -> Recording:
    """A run whose steps leave this share of the entries bit-identical."""
    still = parameters(unchanged=unchanged, lr=lr)
    return a_recording(a_run(level(), parameters=still, optimizers=(an_optimizer(lr=lr),)))


def never_stepped(backwards: int) -> Recording:
    idle = an_optimizer(steps=0)
    looks = looks_at(level(), optimizers=(idle,), stepped=False, after_step=False)
    return a_recording(a_segment(looks, level(), backwards=backwards))


def test_no_update_says_that_the_rate_is_zero():
    found = the_finding("no-update", no_update())
    assert found.observed == {"learning_rate": 0.0}
    assert found.source == "train.py:20"


@pytest.mark.parametrize(("backwards", "fires"), [(31, False), (32, True)])
def test_no_update_waits_for_a_step_as_long_as_accumulation_takes(backwards: int, fires: bool):
    found = findings("no-update", never_stepped(backwards))
    assert bool(found) is fires
    assert not found or found[0].remedies[0].code.startswith("optimizer.step()")


@pytest.mark.parametrize(("unchanged", "fires"), [(0.989, False), (0.991, True)])
def test_no_update_sees_updates_that_rounding_drops(unchanged: float, fires: bool):
    found = findings("no-update", lost(unchanged))
    assert bool(found) is fires
    assert not found or "lost to rounding" in found[0].headline


def test_no_update_is_silent_on_a_warm_up_that_begins_at_zero():
    still = parameters(update_rms=0.0, unchanged=1.0)
    first = a_look(0, parameters=still, optimizers=(an_optimizer(lr=0.0),))
    run = a_recording(a_segment([first, a_look(1), a_look(2)], level()))
    assert findings("no-update", run) == []


def test_no_update_is_silent_on_a_script_that_only_inspects_gradients():
    assert findings("no-update", never_stepped(3)) == []


def test_no_update_is_silent_where_there_is_nothing_to_follow():
    flat = each_look(no_update(), lambda look: look._replace(gradient_norm=0.0))
    assert findings("no-update", flat) == []


@pytest.mark.parametrize(("backwards", "fires"), [(31, False), (32, True)])
def test_no_update_sees_an_update_by_hand_that_is_lost(backwards: int, fires: bool):
    still = parameters(update_rms=0.0, unchanged=1.0, optimizer=None)
    looks = looks_at(level(), parameters=still, optimizers=())
    run = a_recording(a_segment(looks, level(), backwards=backwards, handwritten=True))
    assert bool(findings("no-update", run)) is fires


def test_no_update_is_silent_where_some_parameters_move():
    def first_moves(look: Look) -> Look:
        first, *others = look.parameters
        return look._replace(parameters=(first._replace(unchanged=0.0), *others))

    assert findings("no-update", each_look(no_update(), first_moves)) == []


def test_no_update_is_silent_on_embeddings_of_which_a_batch_touches_few_rows():
    sparse = tuple(
        p._replace(
            unchanged=0.995, gradient=p.gradient and p.gradient._replace(zero_fraction=0.995)
        )
        for p in parameters()
    )
    assert findings("no-update", a_recording(a_run(level(), parameters=sparse))) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_no_update_is_silent_without_what_it_needs(missing: str):
    said = ask("no-update", without(missing, no_update()))
    assert not (said and missing in NEEDS)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"cleared": True}, "cleared between backward() and optimizer.step()"),
        ({"step_gradient_ratio": 0.0}, "multiplied by 0"),
        ({"step_gradient_ratio": 0.0, "cleared": True}, "cleared between"),
    ],
)
def test_no_update_tells_what_became_of_the_gradient(fields: dict[str, object], says: str):
    run = each_look(lost(1.0), lambda look: look._replace(**fields))
    assert says in the_finding("no-update", run).headline


def test_no_update_tells_nothing_of_a_gradient_that_is_dropped_once_it_was_used():
    run = each_look(lost(0.0), lambda look: look._replace(cleared=True))
    assert findings("no-update", run) == []
