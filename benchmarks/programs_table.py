"""The results of programs_bench as a page of Markdown tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.programs_score import TARGET_FIRST, Run, Tally, by_rule, tally

COLUMNS = ("right first", "anywhere", "wrong", "silent")


def to_markdown(runs: Sequence[Run], about: Mapping[str, object]) -> str:
    """The page: in all, by rule for each half, and what went wrong among the programs that were not
    held out.
    """
    held_out = [run for run in runs if run.program.held_out]
    tuned = [run for run in runs if not run.program.held_out]
    halves = {"held out": held_out, "the others": tuned} if held_out and tuned else {}
    lines = [*_head(about), *_summary({**halves, "all": runs})]
    for title, half in (("Held out", held_out), ("The others", tuned)):
        if half:
            lines += ["", f"## {title}, by rule", "", *_rules(half)]
    lines += _missed(tuned)
    return "\n".join(lines) + "\n"


def _head(about: Mapping[str, object]) -> list[str]:
    return [
        "# The programs, diagnosed",
        "",
        "Written by `python -m benchmarks.programs_bench`; what is counted, and how, stands at the",
        f"top of that file. Targets: the first finding is right in at least {TARGET_FIRST:.0%} of",
        "the runs of faults, and no false alarm.",
        "",
        f"torchvitals {about['torchvitals']}, torch {about['torch']}, Python {about['python']}; "
        f"{about['seeds']} seeds, {about['jobs']} at a",
        f"time, {about['wall_seconds']} seconds in all.",
        "",
    ]


def _summary(halves: Mapping[str, Sequence[Run]]) -> Iterator[str]:
    heads = (
        "programs",
        "runs of faults",
        *COLUMNS,
        "false alarms: healthy",
        "fixed twins",
        "failed",
        "seconds a run",
        "target",
    )
    yield from _table_head(("", *heads))
    for name, runs in halves.items():
        if runs:
            found = tally(runs)
            yield _row(
                name,
                len({run.program.file for run in runs}),
                found.faults,
                *_counts(found),
                _of(found.alarms_healthy, found.healthy),
                _of(found.alarms_fixed, found.fixed),
                found.failed,
                f"{found.seconds / len(runs):.1f}",
                "pass" if found.passed else "MISS",
            )


def _rules(runs: Sequence[Run]) -> Iterator[str]:
    heads = ("the fault", "runs", *COLUMNS, "its false alarms", "seconds a run")
    yield from _table_head(heads)
    for rule, (found, alarms) in by_rule(runs).items():
        each = f"{found.seconds / found.faults:.1f}" if found.faults else ""
        yield _row(rule, found.faults, *_counts(found), alarms, each)


def _missed(runs: Sequence[Run]) -> Iterator[str]:
    missed = [run for run in runs if run.outcome not in ("right", "quiet")]
    if not missed:
        return
    yield from ("", "## What went wrong, among the others", "")
    yield from _table_head(("program", "seed", "outcome", "expected", "said"))
    for run in missed:
        expected = " or ".join(run.program.accept_first) or "nothing"
        said = run.failure or ", ".join(run.said) or "nothing"
        yield _row(run.program.file, run.seed, run.outcome, expected, said)


def _counts(found: Tally) -> tuple[str, int, int, int]:
    share = "" if found.first_share is None else f" ({100 * found.first_share:.1f} %)"
    return f"{found.right}{share}", found.anywhere, found.wrong, found.silent


def _of(count: int, whole: int) -> str:
    return f"{count} of {whole}"


def _table_head(heads: Sequence[str]) -> Iterator[str]:
    yield _row(*heads)
    yield _row(*("---" for _ in heads))


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
