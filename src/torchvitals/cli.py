"""The command line: one function a verb. Nothing heavy is imported before the script runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
import typer.core

from torchvitals.lab.catalogue import in_the_lab, showing
from torchvitals.lab.command import lab
from torchvitals.refusal import check_speakable, refuse, tell
from torchvitals.words import say, translated

if TYPE_CHECKING:
    from torchvitals.launch import Outcome
    from torchvitals.report.shown import Report
    from torchvitals.vitals import Vitals

_STRICT_STATUS = 3

app = typer.Typer(
    help="The vital signs of a PyTorch training run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(lab, name="lab")

_Json = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON.")
]
_Select = Annotated[
    list[str] | None, typer.Option("--select", metavar="RULE", help="Ask only these rules.")
]
_Ignore = Annotated[
    list[str] | None, typer.Option("--ignore", metavar="RULE", help="Leave out these rules.")
]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing of ours but errors.")]
_Lang = Annotated[
    str, typer.Option("--lang", metavar="LANG", help="Say it in this language: en or zh.")
]
_Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where runs are kept.")]


class _Run(typer.core.TyperCommand):
    """As after `python`, all that follows the script, or the module of -m, is its own."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
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


@app.command(
    cls=_Run,
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False},
)
def run(
    script: Annotated[
        list[str] | None, typer.Argument(metavar="SCRIPT [ARGS]...", help="As after python.")
    ] = None,
    module: Annotated[
        str | None, typer.Option("-m", metavar="MODULE", help="Run a module, as python -m.")
    ] = None,
    json: _Json = None,
    out: _Out = Path("torchvitals_runs"),
    overhead: Annotated[
        float, typer.Option(help="Share of the time that looking may cost.")
    ] = 0.02,
    every: Annotated[int | None, typer.Option(metavar="N", help="Look at each N-th step.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 where the verdict is unhealthy.")
    ] = False,
    select: _Select = None,
    ignore: _Ignore = None,
    lang: _Lang = "en",
    quiet: _Quiet = False,
) -> None:
    """Run a training script unchanged, and say what is wrong with its training."""
    from torchvitals import launch
    from torchvitals.after_import import after_import

    words = list(script or [])
    if module is None and not words:
        refuse("Expected a script to run, or -m MODULE. Try: torchvitals run train.py")
    if module is None and not Path(words[0]).exists():
        refuse(f"Expected a script but found no file {words[0]}.")
    check_speakable(lang, stderr=True)
    _check_writable(json)
    _check_rules(select, ignore)
    _check_clock(overhead, every)
    target = (
        launch.Target(words[0], tuple(words[1:]))
        if module is None
        else launch.Target(module, tuple(words), is_module=True)
    )
    json = None if json is None else json.absolute()  # the script may change the directory
    show_live = not quiet and sys.stderr is not None and sys.stderr.isatty()
    name, live = module or words[0], (select, ignore) if show_live else None
    out = out.absolute()
    watch = _Watch(name, lambda: _vitals(out, overhead, every, name, lang, live), lang)
    if not quiet:
        tell(translated(say("torchvitals: watching {name}", name=name), lang))
    after_import("torch", watch.begin)
    outcome = launch.execute(target)
    launch.wait_for_threads()
    _conclude(
        watch, outcome, lang, json=json, quiet=quiet, strict=strict, select=select, ignore=ignore
    )


class _Watch:
    """A watch that begins when the script has imported torch, and in this process alone."""

    def __init__(self, script: str, build: Callable[[], Vitals], language: str) -> None:
        self._script = script
        self._language = language
        self._build = build
        self._process = os.getpid()
        self._vitals: Vitals | None = None

    def begin(self) -> None:
        if os.getpid() == self._process:
            try:
                self._vitals = self._build()
                self._vitals.start()
            except Exception as error:  # noqa: BLE001  the promise: the observer never kills the run
                failed = say("torchvitals: not watching: {error}", error=_error(error))
                tell(translated(failed, self._language))

    def end(
        self, exception: BaseException | None, select: list[str] | None, ignore: list[str] | None
    ) -> Report:
        """Judge the run; one that never imported torch is empty, and nothing imports torch now."""
        if self._vitals is not None:
            self._vitals.stop(exception)
            return self._vitals.diagnose(select=select or (), ignore=ignore or ())
        from torchvitals.diagnosis import diagnose
        from torchvitals.record.recording import Recording
        from torchvitals.report.shown import Report

        empty = Recording("", self._script, {}, (), ())
        return Report(diagnose(empty, select=select or (), ignore=ignore or (), failures=[]))


def _vitals(
    out: Path,
    overhead: float,
    every: int | None,
    script: str,
    lang: str,
    live: tuple[list[str] | None, list[str] | None] | None,
) -> Vitals:
    """A watch to be; with `live`, the rules that it asks and does not ask, it says an error the
    moment it is certain.
    """
    from torchvitals.vitals import Vitals

    def say_it(message: str) -> None:
        tell(translated(message, lang))

    vitals = Vitals(directory=out, overhead=overhead, every=every, script=script, tell=say_it)
    if live is not None:
        from torchvitals.live import tell_live

        select, ignore = live
        tell_live(vitals, say_it, select or (), ignore or ())
    return vitals


def _conclude(
    watch: _Watch,
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
        _show(report.translated(lang), json, quiet=quiet, stderr=True)
    except Exception as error:  # noqa: BLE001  the promise: an error of ours never changes the script's result
        failed = say("torchvitals: no diagnosis: {error}", error=_error(error))
        tell(translated(failed, lang))
    if strict and unhealthy:
        sys.exit(_STRICT_STATUS)
    launch.leave(outcome)


def _show(report: Report, json: Path | None, *, quiet: bool, stderr: bool) -> None:
    """Write the JSON and print the words; that a file can't be written is said, and is no failure
    of the run.
    """
    from rich.console import Console

    if json is not None:
        _write(json, report.to_json(), report.language)
    if not quiet:
        console = Console(stderr=stderr, highlight=False)
        if stderr:
            console.print()
        console.print(report, soft_wrap=True)


def _write(file: Path, text: str, lang: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        failed = say("torchvitals: can't write {file}: {error}", file=file, error=error.strerror)
        tell(translated(failed, lang))


@app.command()
def report(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run's folder, its store, or its name.")
    ],
    json: _Json = None,
    out: _Out = Path("torchvitals_runs"),
    select: _Select = None,
    ignore: _Ignore = None,
    lang: _Lang = "en",
    quiet: _Quiet = False,
) -> None:
    """Judge a recorded run again, from its store alone."""
    from torchvitals.record.ranks import load_with_ranks
    from torchvitals.record.store import StoreError

    check_speakable(lang)
    _check_writable(json)
    _check_rules(select, ignore)
    try:
        recording = load_with_ranks(_find_run(run, out))
    except StoreError as error:
        refuse(str(error))
    from torchvitals.diagnosis import diagnose
    from torchvitals.report.shown import Report

    judged = diagnose(recording, select=select or (), ignore=ignore or (), failures=[])
    _show(Report(judged, lang), json, quiet=quiet, stderr=False)


@app.command()
def compare(
    run_a: Annotated[str, typer.Argument(metavar="RUN_A", help="A run, as `report` takes it.")],
    run_b: Annotated[str, typer.Argument(metavar="RUN_B", help="Another.")],
    json: _Json = None,
    out: _Out = Path("torchvitals_runs"),
    select: _Select = None,
    ignore: _Ignore = None,
    lang: _Lang = "en",
    quiet: _Quiet = False,
) -> None:
    """Say what changed in health from one recorded run to another, and what was set otherwise."""
    from torchvitals.comparison import SameRunError
    from torchvitals.comparison import compare as compared
    from torchvitals.record.recording import load
    from torchvitals.record.store import StoreError
    from torchvitals.report.compared import render
    from torchvitals.report.compared_result import to_json

    check_speakable(lang)
    _check_writable(json)
    _check_rules(select, ignore)
    try:
        before, after = (load(_find_run(run, out)) for run in (run_a, run_b))
        found = compared(before, after, select=select or (), ignore=ignore or ())
    except (StoreError, SameRunError) as error:
        refuse(str(error))
    from rich.console import Console

    if json is not None:
        _write(json, to_json(found), lang)
    if not quiet:
        console = Console(highlight=False)
        for line in render(found, lang):
            console.print(line, soft_wrap=True)


def _find_run(run: str, out: Path) -> Path:
    """A run by its path, or by its name under the directory of runs."""
    path = Path(run)
    return path if path.exists() or not (out / run).exists() else out / run


@app.command()
def runs(out: _Out = Path("torchvitals_runs")) -> None:
    """List the recorded runs, the latest last."""
    from torchvitals.record.store import FILE_NAME, StoreError, read_facts

    if not out.is_dir():
        refuse(f"Expected a directory of runs but found none at {out}.")
    stores = sorted(out.glob(f"*/{FILE_NAME}"), key=lambda store: store.stat().st_mtime)
    if not stores:
        print(f"No runs in {out}.")
    for store in stores:
        try:
            facts = read_facts(store)
        except StoreError as error:
            print(f"{store.parent.name}  unreadable: {error}")
            continue
        print(f"{store.parent.name}  {facts.get('started', '')}  {facts.get('script', '')}")


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Its name, as in a finding.")],
    lang: _Lang = "en",
) -> None:
    """Print the page of a rule: what it detects, why it is bad, its evidence and threshold, and the
    remedy.
    """
    from torchvitals.rules.catalogue import UnknownRuleError, find_rule, page

    check_speakable(lang)
    try:
        print(page(find_rule(rule), lang), end="")
    except UnknownRuleError as error:
        refuse(str(error))
    for name in showing(rule):
        print()
        print(translated(in_the_lab(name), lang))


@app.command()
def rules(lang: _Lang = "en") -> None:
    """List the rules by family."""
    from torchvitals.rules.catalogue import all_rules, family_name, summary

    check_speakable(lang)
    family = ""
    for rule in all_rules():
        if rule.family != family:
            family = rule.family
            print(family_name(family, lang))
        print(f"  {rule.name:<28}{summary(rule, lang)}")


def _check_rules(select: list[str] | None, ignore: list[str] | None) -> None:
    names = [*(select or []), *(ignore or [])]
    if not names:
        return
    from torchvitals.rules.catalogue import UnknownRuleError, check_names

    try:
        check_names(names)
    except UnknownRuleError as error:
        refuse(str(error))


def _check_clock(overhead: float, every: int | None) -> None:
    from torchvitals.probe.clock import Clock

    try:
        Clock(overhead, every)
    except ValueError as error:
        refuse(str(error))


def _check_writable(json: Path | None) -> None:
    """Refuse before the training what would be found impossible after it."""
    if json is not None and not json.absolute().parent.is_dir():
        refuse(f"Can't write {json}: there is no directory {json.absolute().parent}.")
    if json is not None and json.is_dir():
        refuse(f"Can't write {json}: it is a directory.")


def _error(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from torchvitals._version import __version__

        print(__version__)
        sys.exit(0)


def main() -> None:
    """Entry point of the `torchvitals` command."""
    app()
