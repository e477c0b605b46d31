from __future__ import annotations

import math

from tests.lab.sweep.stubs import Knobs
from torchvitals.lab.sweep.chunks import Chunk, Reading, compute, cut, readings
from torchvitals.lab.sweep.code import fingerprint
from torchvitals.lab.sweep.grid import grid

LEANER, WHOLE = "tests.lab.sweep.stubs:LEANER", "tests.lab.sweep.stubs:WHOLE"


def test_measure_is_used_where_it_is_offered():
    (point,) = grid(Knobs, [], 1)
    third, rate, none = readings(LEANER, point)
    assert (third, rate) == (Reading("third", 2.0), Reading("rate", 0.5))
    assert math.isnan(none.value or 0.0)


def test_a_run_yields_its_claims_and_the_scalars_of_its_drawings():
    (point,) = grid(Knobs, [], 1)
    assert readings(WHOLE, point) == (
        Reading("6 is six", None, "6", "6", True),
        Reading("curve.slope", 2.5),
        Reading("curve.steep", 1.0),
    )


def test_a_chunk_is_named_by_what_it_computes():
    one, two = grid(Knobs, ["width=1,2"], 1)
    name = Chunk(LEANER, "code", (one,)).name
    assert name == Chunk(LEANER, "code", (one,)).name
    others = [(WHOLE, "code", (one,)), (LEANER, "other", (one,)), (LEANER, "code", (two,))]
    assert name not in {Chunk(*other).name for other in others}


def test_points_that_fail_are_reported_and_the_rest_goes_on():
    points = grid(Knobs, ["mode=bad"], 4)
    outcome = compute(cut(LEANER, points, 9)[0])
    assert [measured.point.seed for measured in outcome.measured] == [0, 2]
    assert [failure.point.seed for failure in outcome.failures] == [1, 3]
    assert outcome.failures[0].reason.startswith("ValueError: no odd seeds, and 1 is odd (stubs.py")


def test_other_code_computes_nothing():
    chunk = Chunk(LEANER, "other", tuple(grid(Knobs, [], 2)))
    assert "another version" in compute(chunk).failures[1].reason


def test_a_worker_that_lacks_the_experiment_says_so():
    chunk = Chunk("no.such:THING", "other", tuple(grid(Knobs, [], 1)))
    assert "can't import" in compute(chunk).failures[0].reason


def test_the_fingerprint_tells_experiments_of_ones_own_apart_from_ours():
    assert fingerprint(LEANER) != fingerprint("learning-rate")
