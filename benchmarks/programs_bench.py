"""Is the first finding the right one? Runs the programs of the manifest under `torchvitals run`.

    python -m benchmarks.programs_bench [--seeds 3] [--jobs 2] [--held-out | --tuned | --all]
        [--only TEXT] [--without TEXT] [--keep DIR [--again]] [--json FILE] [--table FILE]

Each program runs unmodified, in a process (benchmarks/nursery.py) and a folder of its own, once for
each seed (benchmarks/seeded.py moves its seeds), with one thread and within a time limit. An entry
with "own_seed" runs once: it is a draw of weights that fails, and under another seed it trains.
Counted:

    right first   the first finding above a note is a rule that the manifest accepts for this fault
    anywhere      such a rule is among the findings above a note (so these include the former)
    wrong         the first finding is another rule
    silent        nothing above a note
    false alarm   anything above a note on a healthy program, or on the fixed twin of a fault
    failed        the time ran out, no result was written, or what is no fault crashed

A third of the programs is held out by its names: no rule was ever tried on them, and they are
counted apart. What a single one of them got stands in the JSON alone: to read is to tune.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue

import torch

from benchmarks.nursery import Nursery
from benchmarks.programs_score import ManifestError, Program, Run, as_data, read_manifest, tally
from benchmarks.programs_table import to_markdown
from torchvitals import __version__
from torchvitals.diagnosis import diagnose
from torchvitals.record.ranks import load_with_ranks
from torchvitals.rules.base import Severity

MANIFEST = Path(__file__).parent / "programs" / "manifest.json"
RESULT = "result.json"
LIMIT_SECONDS = 180.0
"""Programs take up to ten seconds alone; others share the machine."""


Runner = Callable[[Sequence[str], Path, float], "int | None"]
"""Takes the words of benchmarks/seeded.py, a folder and the seconds; gives the exit status."""


def diagnosed(
    program: Program, seed: int, folder: Path, limit_seconds: float, execute: Runner
) -> Run:
    """Run one program once, and read what was said of it."""
    with tempfile.TemporaryDirectory(prefix="torchvitals-bench-") as scratch:
        return _diagnosed(program, seed, folder, limit_seconds, execute, Path(scratch))


def kept(keep: Path, program: Program, seed: int) -> Path:
    """Where the recording of a run is kept, and what was said of it."""
    return keep / str(seed) / Path(program.file).with_suffix("")


def _diagnosed(  # noqa: PLR0913, PLR0917  what is run, how, and where
    program: Program, seed: int, folder: Path, limit_seconds: float, execute: Runner, place: Path
) -> Run:
    began = time.perf_counter()
    result = place / RESULT
    words = [str(seed), "run", "--quiet", "--json", str(result), "--out", str(place / "runs")]
    status = execute([*words, str(folder / program.file)], place, limit_seconds)
    seconds = time.perf_counter() - began
    said = _said(result) if status is not None else None
    failure: str | None = None
    if status is None:
        failure = f"it ran past {limit_seconds:g} seconds"
    elif said is None:
        failure = "no result was written"
    elif status and program.kind != "fault":
        failure = f"it ended with status {status}"
    return Run(program, seed, said or (), seconds, failure)


def keeping(keep: Path, again: bool) -> Callable[..., Run]:
    """As `diagnosed`, with the recording kept under a directory; or, again, judged from there."""

    def run_and_keep(
        program: Program, seed: int, folder: Path, limit_seconds: float, execute: Runner
    ) -> Run:
        place = kept(keep, program, seed)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        run = _diagnosed(program, seed, folder, limit_seconds, execute, place)
        facts = {"seconds": run.seconds, "failure": run.failure}
        (place / "run.json").write_text(json.dumps(facts), encoding="utf-8")
        return run

    def judge_again(
        program: Program, seed: int, _folder: Path, _limit_seconds: float, _execute: Runner
    ) -> Run:
        place = kept(keep, program, seed)
        facts = json.loads((place / "run.json").read_text(encoding="utf-8"))
        first = place / RESULT
        recorded = json.loads(first.read_text(encoding="utf-8"))["run"] if first.exists() else None
        said = judged(place / "runs" / Path(recorded).name) if recorded else _said(first)
        return Run(program, seed, said or (), facts["seconds"], facts["failure"])

    return judge_again if again else run_and_keep


def judged(store: Path) -> tuple[str, ...]:
    """What the rules as they are say of a recording, above a note."""
    found = diagnose(load_with_ranks(store)).findings
    return tuple(
        entry.finding.rule for entry in found if entry.finding.severity is not Severity.NOTE
    )


def _said(result: Path) -> tuple[str, ...] | None:
    if not result.exists():
        return None
    findings = json.loads(result.read_text(encoding="utf-8"))["findings"]
    return tuple(f["rule"] for f in findings if f["severity"] != "note")


def run_all(
    tasks: Sequence[tuple[Program, int]], jobs: int, judge: Callable[[Program, int, Runner], Run]
) -> list[Run]:
    """Each program under its seed, `jobs` at a time; progress goes to stderr."""
    runs: list[Run] = []
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(jobs) as pool:
        free: SimpleQueue[Nursery] = SimpleQueue()
        for _ in range(jobs):
            free.put(stack.enter_context(Nursery()))

        def run(program: Program, seed: int) -> Run:
            nursery = free.get()
            try:
                return judge(program, seed, nursery.run)
            finally:
                free.put(nursery)

        for future in as_completed([pool.submit(run, *task) for task in tasks]):
            runs.append(future.result())
            print(f"\r{len(runs)} of {len(tasks)} runs", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    order = {program: place for place, (program, _) in reversed(list(enumerate(tasks)))}
    return sorted(runs, key=lambda run: (order[run.program], run.seed))


def chosen(programs: Sequence[Program], options: argparse.Namespace) -> list[Program]:
    """Those of the half asked for whose files contain the one text, and not the other."""
    return [
        program
        for program in programs
        if options.only in program.file
        and not (options.without and options.without in program.file)
        and options.held_out in (None, program.held_out)
    ]


def facts(jobs: int, runs: Sequence[Run], wall_seconds: float) -> dict[str, object]:
    """What a result depends on beside the programs."""
    return {
        "torchvitals": __version__,
        "torch": str(torch.__version__),
        "python": platform.python_version(),
        "seeds": len({run.seed for run in runs}),
        "jobs": jobs,
        "wall_seconds": round(wall_seconds, 1),
    }


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Is the first finding the right one?")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each program")
    parser.add_argument("--jobs", type=int, default=2, help="runs at a time")
    half = parser.add_mutually_exclusive_group()
    half.add_argument(
        "--held-out", action="store_const", const=True, help="only the held-out third"
    )
    half.add_argument(
        "--tuned", dest="held_out", action="store_const", const=False, help="only the others"
    )
    half.add_argument(
        "--all", dest="held_out", action="store_const", const=None, help="the default"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="files whose names contain it")
    parser.add_argument(
        "--without", default="", metavar="TEXT", help="leave out files whose names contain it"
    )
    parser.add_argument("--limit", type=float, default=LIMIT_SECONDS, help="seconds for each run")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the recordings there")
    parser.add_argument(
        "--again", action="store_true", help="judge what --keep has kept; nothing is run"
    )
    parser.add_argument("--manifest", type=Path, default=MANIFEST, metavar="FILE")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run there")
    parser.add_argument("--table", type=Path, metavar="FILE", help="write the tables there too")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Run, print and write; the exit status is 1 where nothing was to be run."""
    options = parse(words)
    if options.again and not options.keep:
        print("Expected --keep DIR with --again: what is to be judged?", file=sys.stderr)
        return 1
    try:
        programs = chosen(read_manifest(options.manifest), options)
    except ManifestError as error:
        print(error, file=sys.stderr)
        return 1
    if not programs:
        print("No program of the manifest was asked for.", file=sys.stderr)
        return 1
    began = time.perf_counter()
    folder = options.manifest.absolute().parent
    how = keeping(options.keep.absolute(), options.again) if options.keep else diagnosed

    def judge(program: Program, seed: int, execute: Runner) -> Run:
        return how(program, seed, folder, options.limit, execute)

    tasks = [(p, s) for s in range(options.seeds) for p in programs if not (p.own_seed and s)]
    if options.again:  # what was kept, of a benchmark that was ended early too
        tasks = [t for t in tasks if (kept(options.keep.absolute(), *t) / "run.json").exists()]
    runs = run_all(tasks, options.jobs, judge)
    about = facts(options.jobs, runs, time.perf_counter() - began)
    text = to_markdown(runs, about)
    print(text, end="")
    if options.table is not None:
        options.table.parent.mkdir(parents=True, exist_ok=True)
        options.table.write_text(text, encoding="utf-8")
    if options.json is not None:
        halves = {
            name: asdict(tally(run for run in runs if held in (None, run.program.held_out)))
            for name, held in (("held_out", True), ("tuned", False), ("all", None))
        }
        results = {**about, "tallies": halves, "runs": as_data(runs)}
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
