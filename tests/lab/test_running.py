"""An experiment is run, shown and kept: claims, figures, numbers, pages, also when it is cut
short.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from torchvitals.lab import figures, running
from torchvitals.lab.catalogue import Entry
from torchvitals.lab.experiment import (
    Bench,
    Claim,
    Drawing,
    Parameters,
    Part,
    Plan,
    Remark,
    Table,
    knob,
    quickened,
)
from torchvitals.lab.results import Result
from torchvitals.lab.shown import Face
from torchvitals.words import say


@dataclass(frozen=True)
class Knobs(Parameters):
    nets: int = knob(1000, "How many.", quick=10, least=1)
    rate: float = knob(0.1, "How fast.")


class Toy:
    parameters = Knobs
    holds = True
    interrupts = False

    @property
    def plan(self) -> Plan:
        return Plan(*(say(text) for text in ("Toy", "Why?", "So.", "If.", "Seconds.")))

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        counted = sum(1 for _ in bench.track(range(parameters.nets), say("nets")))
        yield Claim(say("all are counted"), str(parameters.nets), str(counted), self.holds)
        yield Table(say("Nets"), [say("net"), "size"], [("a | b", "1")])
        yield Drawing("curve", say("A curve"), {"y": [1.0, float("inf")]}, draw)
        if self.interrupts:
            raise KeyboardInterrupt
        yield Remark(say("That is all."))


def draw(canvas: Any) -> None:
    canvas.subplots().plot([1, 2])


class World:
    """Runs the toy in a folder, and keeps what is shown."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "toy"
        self.toy = Toy()
        self.shown = io.StringIO()
        monkeypatch.setattr(running, "entry", lambda name: Entry(name, say("toy")))
        monkeypatch.setattr(running, "load", lambda _: self.toy)

    def run(self, parameters: Knobs | None = None, *, quick: bool = False) -> Result:
        console = Console(file=self.shown, width=200)
        face = Face(console, "en")
        desk = running.Desk(3, quick, "cpu", "en", console)
        result = running.run_experiment("toy", parameters, desk, self.folder, face.show)
        face.end(result)
        return result

    def written(self) -> dict[str, Any]:
        return json.loads((self.folder / "result.json").read_text())


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def test_the_json_is_the_contract(world: World):
    world.run(Knobs(nets=20))
    written = world.written()
    assert written["experiment"] == "toy"
    assert written["parameters"] == {"nets": 20, "rate": 0.1}
    assert written["seed"] == 3
    claim = {"claim": "all are counted", "expected": "20", "observed": "20", "holds": True}
    assert written["claims"] == [claim]
    assert written["figures"] == ["curve.png", "curve.pdf"]
    assert written["data"] == {"curve": {"y": [1.0, "inf"]}}, "JSON knows no infinity"


def test_each_figure_is_a_png_and_a_pdf(world: World):
    world.run(quick=True)
    assert (world.folder / "curve.png").read_bytes()[1:4] == b"PNG"
    assert (world.folder / "curve.pdf").read_bytes()[:4] == b"%PDF"


def test_quick_turns_the_knobs_that_were_left_alone(world: World):
    world.run(quick=True)
    assert world.written()["parameters"]["nets"] == 10
    assert quickened(Knobs(nets=77)).nets == 77


def test_the_page_has_the_plan_the_claims_and_the_figure(world: World):
    world.run(quick=True)
    page = (world.folder / "page.md").read_text(encoding="utf-8")
    assert page.startswith("# Toy\n")
    assert "**holds**: all are counted" in page
    assert "![A curve](curve.png)" in page
    assert "**成立**" in (world.folder / "page.zh.md").read_text(encoding="utf-8")


def test_the_plan_is_shown_before_what_is_found(world: World):
    world.run(quick=True)
    shown = world.shown.getvalue()
    assert shown.index("Question: Why?") < shown.index("all are counted") < shown.index("1 of 1")


def test_ctrl_c_keeps_what_is_done(world: World):
    world.toy.interrupts = True
    result = world.run(quick=True)
    assert result.interrupted
    assert world.written()["interrupted"]
    assert len(world.written()["claims"]) == 1
    assert "That is all." not in world.shown.getvalue()
    assert "Interrupted: of what was done, 1 of 1 claims hold" in world.shown.getvalue()


def test_a_claim_that_fails_is_told(world: World):
    world.toy.holds = False
    result = world.run(quick=True)
    assert not result.holds
    assert "0 of 1 claims hold" in world.shown.getvalue()


def test_without_matplotlib_the_claims_are_judged_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    def absent(*_: object) -> list[str]:
        raise figures.NoMatplotlibError

    monkeypatch.setattr("torchvitals.lab.results.save", absent)
    result = world.run(quick=True)
    assert result.holds
    assert world.written()["figures"] == []
    assert "pip install 'torchvitals[lab]'" in world.shown.getvalue()
