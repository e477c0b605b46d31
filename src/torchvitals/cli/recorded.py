"""The verbs for recorded runs: judged again, compared, listed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from torchvitals.cli.checks import check_rules, check_writable
from torchvitals.cli.options import RUNS, Ignore, Json, Lang, Out, Quiet, Select
from torchvitals.cli.output import show, write
from torchvitals.refusal import check_speakable, refuse


def report(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run's folder, its store, or its name.")
    ],
    json: Json = None,
    out: Out = RUNS,
    select: Select = None,
    ignore: Ignore = None,
    lang: Lang = "en",
    quiet: Quiet = False,
) -> None:
    """Judge a recorded run again, from its store alone."""
    from torchvitals.record.ranks import load_with_ranks
    from torchvitals.record.store import StoreError

    check_speakable(lang)
    check_writable(json)
    check_rules(select, ignore)
    try:
        recording = load_with_ranks(_find_run(run, out))
    except StoreError as error:
        refuse(str(error))
    from torchvitals.diagnosis import diagnose
    from torchvitals.report.shown import Report

    judged = diagnose(recording, select=select or (), ignore=ignore or (), failures=[])
    show(Report(judged, lang), json, quiet=quiet, stderr=False)


def compare(
    run_a: Annotated[str, typer.Argument(metavar="RUN_A", help="A run, as `report` takes it.")],
    run_b: Annotated[str, typer.Argument(metavar="RUN_B", help="Another.")],
    json: Json = None,
    out: Out = RUNS,
    select: Select = None,
    ignore: Ignore = None,
    lang: Lang = "en",
    quiet: Quiet = False,
) -> None:
    """Say what changed in health from one recorded run to another, and what was set otherwise."""
    from torchvitals.comparison import SameRunError
    from torchvitals.comparison import compare as compared
    from torchvitals.record.recording import load
    from torchvitals.record.store import StoreError
    from torchvitals.report.compared import render
    from torchvitals.report.compared_result import to_json

    check_speakable(lang)
    check_writable(json)
    check_rules(select, ignore)
    try:
        before, after = (load(_find_run(run, out)) for run in (run_a, run_b))
        found = compared(before, after, select=select or (), ignore=ignore or ())
    except (StoreError, SameRunError) as error:
        refuse(str(error))
    from rich.console import Console

    if json is not None:
        write(json, to_json(found), lang)
    if not quiet:
        console = Console(highlight=False)
        for line in render(found, lang):
            console.print(line, soft_wrap=True)


def _find_run(run: str, out: Path) -> Path:
    """A run by its path, or by its name under the directory of runs."""
    path = Path(run)
    return path if path.exists() or not (out / run).exists() else out / run


def runs(out: Out = RUNS) -> None:
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
