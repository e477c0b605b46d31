"""The verbs of `torchvitals lab`. Nothing heavy is imported before an experiment is asked for."""

from __future__ import annotations

import inspect
import json as json_format
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from torchvitals.lab.catalogue import CATALOGUE, UnknownExperimentError, entry, load
from torchvitals.lab.sweep.command import SweepCommand, sweep
from torchvitals.refusal import check_speakable, refuse
from torchvitals.words import ENGLISH, translated

if TYPE_CHECKING:
    from torchvitals.lab.experiment import Parameters
    from torchvitals.lab.results import Result

_CLAIM_FAILED = 1
_INTERRUPTED = 130
_ALL = "all"
_OUT = Path("torchvitals_lab")

lab = typer.Typer(
    help="The classic experiments on why networks fail to train.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_Lang = Annotated[
    str, typer.Option("--lang", metavar="LANG", help="Say it in this language: en or zh.")
]
_COMMON: dict[str, tuple[Any, Any]] = {
    "seed": (Annotated[int, typer.Option(help="Of everything random.")], 0),
    "quick": (Annotated[bool, typer.Option("--quick", help="Smaller, for a first look.")], False),
    "out": (
        Annotated[Path, typer.Option(metavar="DIR", help="Where results are kept.")],
        _OUT,
    ),
    "json": (
        Annotated[Path | None, typer.Option(metavar="FILE", help="Write the numbers there too.")],
        None,
    ),
    "lang": (_Lang, ENGLISH),
    "device": (Annotated[str, typer.Option(help="cpu or cuda.")], "cpu"),
}
"""The options of every experiment: annotation and default."""


@lab.command("list")
def list_experiments(lang: _Lang = ENGLISH) -> None:
    """List the experiments, and what each asks."""
    check_speakable(lang)
    for known in CATALOGUE:
        sys.stdout.write(f"{known.name:<22}{translated(known.asks, lang)}\n")


class _Experiments(typer.core.TyperGroup):
    """A command for each experiment, made when it is asked for: its options are its parameters."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  typer's signature
        return [*(known.name for known in CATALOGUE), _ALL]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name != _ALL:
            try:
                entry(cmd_name)
            except UnknownExperimentError as error:
                refuse(str(error))
        return _command(cmd_name)


run = typer.Typer(cls=_Experiments, no_args_is_help=True, help="Run one, or all.")
lab.add_typer(run, name="run")
lab.command("sweep", cls=SweepCommand, no_args_is_help=True)(sweep)


@run.callback()
def _run() -> None:
    """Run an experiment: its claims against what is measured, its figures, its numbers."""


def _command(name: str) -> Any:
    kind = None if name == _ALL else load(name).parameters

    def act(**given: Any) -> None:
        common = {key: given.pop(key) for key in _COMMON}
        _check(common)
        names = [known.name for known in CATALOGUE] if kind is None else [name]
        sys.exit(_run_all(names, None if kind is None else kind(**given), common))

    options = dict(_COMMON)
    if kind is not None:
        options = {**_knobs(kind), **_COMMON}
    act.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
            for key, (kind, default) in options.items()
        ]
    )
    act.__annotations__ = {key: kind for key, (kind, _) in options.items()}
    act.__doc__ = "Run every experiment." if kind is None else str(entry(name).asks)
    alone = typer.Typer(
        add_completion=False, context_settings={"help_option_names": ["-h", "--help"]}
    )
    alone.command(name)(act)
    command = typer.main.get_command(alone)
    command.name = name
    return command


def _knobs(kind: type[Parameters]) -> dict[str, tuple[Any, Any]]:
    found: dict[str, tuple[Any, Any]] = {}
    for knob in fields(kind):
        option = typer.Option(help=knob.metadata["help"], min=knob.metadata["least"])
        found[knob.name] = (Annotated[type(knob.default), option], knob.default)
    return found


def _check(common: dict[str, Any]) -> None:
    check_speakable(common["lang"])
    json: Path | None = common["json"]
    if json is not None and (json.is_dir() or not json.absolute().parent.is_dir()):
        refuse(f"Can't write {json}: there is no such directory, or it is one.")
    if common["device"] != "cpu":
        import torch  # noqa: PLC0415

        if common["device"] != "cuda" or not torch.cuda.is_available():
            refuse(f"Expected --device cpu, or cuda where there is one, but got {common['device']}")


def _run_all(names: list[str], parameters: Parameters | None, common: dict[str, Any]) -> int:
    """Run them in turn; the exit status."""
    from rich.console import Console  # noqa: PLC0415

    from torchvitals.lab.contents import write_contents  # noqa: PLC0415
    from torchvitals.lab.running import Desk, run_experiment  # noqa: PLC0415
    from torchvitals.lab.shown import Face  # noqa: PLC0415

    face = Face(Console(highlight=False), common["lang"])
    desk = Desk(
        common["seed"], common["quick"], common["device"], common["lang"], Console(stderr=True)
    )
    results: list[Result] = []
    for name in names:
        try:
            result = run_experiment(name, parameters, desk, common["out"] / name, face.show)
        except (OSError, ValueError) as error:
            refuse(str(error))
        results.append(result)
        face.end(result)
        if result.interrupted:
            break
    _write(common["json"], results, alone=len(names) == 1)
    if parameters is None:
        write_contents(results, common["out"])
    if any(result.interrupted for result in results):
        return _INTERRUPTED
    return 0 if all(result.holds for result in results) else _CLAIM_FAILED


def _write(json: Path | None, results: list[Result], *, alone: bool) -> None:
    if json is not None:
        data = results[0].as_json() if alone else [result.as_json() for result in results]
        text = json_format.dumps(data, indent=1, ensure_ascii=False)
        json.write_text(text + "\n", encoding="utf-8")
