"""The verb that runs a script: watched, judged, and left with the script's own status."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
import typer.core

from torchvitals.cli.checks import check_clock, check_rules, check_writable
from torchvitals.cli.options import RUNS, Ignore, Json, Lang, Out, Quiet, Select
from torchvitals.cli.output import described, show
from torchvitals.cli.watch import Watch, vitals_of
from torchvitals.refusal import check_speakable, refuse, tell
from torchvitals.words import say, translated

if TYPE_CHECKING:
    from torchvitals.launch import Outcome

_STRICT_STATUS = 3


class RunCommand(typer.core.TyperCommand):
    """As after `python`, all that follows the script, or the module of -m, is its own."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """With a `--` before what is the script's."""
        return super().parse_args(ctx, _closed_after_module(args))


def _closed_after_module(words: list[str]) -> list[str]:
    """The words with a `--` after the module of -m, if it stands among our own options."""
    takes_value = {"--json", "--out", "--overhead", "--every", "--select", "--ignore", "--lang"}
    position = 0
    while position < len(words) and words[position].startswith("-") and words[position] != "--":
        word = words[position]
        if word.startswith("-m"):
            end = position + (2 if word == "-m" else 1)
            return [*words[:end], "--", *words[end:]]
        position += 2 if word in takes_value else 1
    return words


def run(
    script: Annotated[
        list[str] | None, typer.Argument(metavar="SCRIPT [ARGS]...", help="As after python.")
    ] = None,
    module: Annotated[
        str | None, typer.Option("-m", metavar="MODULE", help="Run a module, as python -m.")
    ] = None,
    json: Json = None,
    out: Out = RUNS,
    overhead: Annotated[
        float, typer.Option(help="Share of the time that looking may cost.")
    ] = 0.02,
    every: Annotated[int | None, typer.Option(metavar="N", help="Look at each N-th step.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 where the verdict is unhealthy.")
    ] = False,
    select: Select = None,
    ignore: Ignore = None,
    lang: Lang = "en",
    quiet: Quiet = False,
) -> None:
    """Run a training script unchanged, and say what is wrong with its training."""
    from torchvitals import launch
    from torchvitals.children import watching

    words = list(script or [])
    if module is None and not words:
        refuse("Expected a script to run, or -m MODULE. Try: torchvitals run train.py")
    if module is None and not Path(words[0]).exists():
        refuse(f"Expected a script but found no file {words[0]}.")
    check_speakable(lang, stderr=True)
    check_writable(json)
    check_rules(select, ignore)
    check_clock(overhead, every)
    target = (
        launch.Target(words[0], tuple(words[1:]))
        if module is None
        else launch.Target(module, tuple(words), is_module=True)
    )
    json = None if json is None else json.absolute()  # the script may change the directory
    show_live = not quiet and sys.stderr is not None and sys.stderr.isatty()
    name, live = module or words[0], (select, ignore) if show_live else None
    out = out.absolute()
    children = watching(name, out, overhead, every)
    watch = Watch(children, lambda: vitals_of(out, overhead, every, name, lang, live), lang)
    if not quiet:
        tell(translated(say("torchvitals: watching {name}", name=name), lang))
    watch.arm()
    outcome = launch.execute(target)
    launch.wait_for_threads()
    _conclude(
        watch, outcome, lang, json=json, quiet=quiet, strict=strict, select=select, ignore=ignore
    )


def _conclude(
    watch: Watch,
    outcome: Outcome,
    lang: str,
    *,
    json: Path | None,
    quiet: bool,
    strict: bool,
    select: list[str] | None,
    ignore: list[str] | None,
) -> NoReturn:
    """Judge, print, write; then leave with the script's own status, whatever happens here."""
    from torchvitals import launch

    unhealthy = False
    try:
        report = watch.end(outcome.exception, select, ignore)
        unhealthy = report.verdict == "unhealthy"
        show(report.translated(lang), json, quiet=quiet, stderr=True)
    except Exception as error:  # noqa: BLE001  the promise: an error of ours never changes the script's result
        failed = say("torchvitals: no diagnosis: {error}", error=described(error))
        tell(translated(failed, lang))
    if strict and unhealthy:
        sys.exit(_STRICT_STATUS)
    launch.leave(outcome)
