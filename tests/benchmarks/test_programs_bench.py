"""The benchmark over programs: what is counted, and that scripts run unmodified under each seed."""

import json
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.nursery import Nursery
from benchmarks.programs_bench import chosen, diagnosed, main, parse
from benchmarks.programs_score import ManifestError, Program, Run, by_rule, read_manifest, tally
from benchmarks.programs_table import to_markdown

FAULT = Program("faults/a_before.py", "fault", ("dead-relu", "weight-scale"))
FIXED = Program("faults/a_after.py", "fixed", ())
HEALTHY = Program("healthy/b.py", "healthy", ())

NO_STEP = """
import torch

torch.manual_seed(0)
model = torch.nn.Linear(3, 1)
other = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(other.parameters(), lr=0.1)
x = torch.randn(32, 3)
for step in range(60):
    loss = (model(x) - x.sum(1, keepdim=True)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
WELL = NO_STEP.replace("other.parameters()", "model.parameters()")


def a_run(program: Program, *said: str, failure: str | None = None) -> Run:
    return Run(program, 0, said, 1.0, failure)


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        (a_run(FAULT, "weight-scale", "no-update"), "right"),
        (a_run(FAULT, "no-update", "dead-relu"), "wrong"),
        (a_run(FAULT), "silent"),
        (a_run(FAULT, failure="it ran past 5 seconds"), "failed"),
        (a_run(FIXED), "quiet"),
        (a_run(HEALTHY, "dead-relu"), "false alarm"),
    ],
)
def test_an_outcome_is_told_by_the_first_finding(run: Run, outcome: str):
    assert run.outcome == outcome


def test_a_right_rule_below_the_first_counts_as_anywhere_alone():
    found = tally([a_run(FAULT, "dead-relu"), a_run(FAULT, "no-update", "dead-relu")])
    assert (found.right, found.anywhere, found.wrong) == (1, 2, 1)
    assert found.first_share == 0.5
    assert not found.passed


def test_the_target_is_met_without_alarms_and_missed_with_one():
    right = [a_run(FAULT, "dead-relu")] * 19
    assert tally([*right, a_run(FAULT), a_run(HEALTHY), a_run(FIXED)]).passed
    assert not tally([*right, a_run(FIXED, "dead-relu")]).passed


def test_a_false_alarm_is_counted_at_the_rule_that_raised_it():
    counts = by_rule([a_run(FAULT, "dead-relu"), a_run(FIXED, "no-update"), a_run(HEALTHY)])
    assert {name: (found.faults, alarms) for name, (found, alarms) in counts.items()} == {
        "dead-relu": (1, 0),
        "no-update": (0, 1),
    }


def test_what_a_held_out_program_got_stands_in_no_table():
    names = [f"faults/program{k}_before.py" for k in range(20)]
    programs = [Program(name, "fault", ("dead-relu",)) for name in names]
    about = {"torchvitals": "1", "torch": "2", "python": "3", "seeds": 1, "jobs": 1}
    text = to_markdown([a_run(p) for p in programs], about | {"wall_seconds": 1.0})
    assert {p.held_out for p in programs} == {True, False}
    assert all((p.file in text) is not p.held_out for p in programs)


@pytest.mark.parametrize(
    "entry",
    [
        {"file": "a.py", "kind": "sick", "accept_first": []},
        {"file": "a.py", "kind": "fault", "accept_first": []},
        {"file": "a.py", "kind": "healthy", "accept_first": ["dead-relu"]},
        {"file": "a.py"},
    ],
)
def test_an_entry_of_the_manifest_that_makes_no_sense_is_refused(entry: object, tmp_path: Path):
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps([entry]))
    with pytest.raises(ManifestError):
        read_manifest(manifest)
    assert main(["--manifest", str(manifest)]) == 1


@pytest.mark.parametrize(
    ("words", "files"),
    [
        ([], ["blind_a/one.py", "faults/one.py", "faults/two.py"]),
        (["--only", "one"], ["blind_a/one.py", "faults/one.py"]),
        (["--without", "blind_"], ["faults/one.py", "faults/two.py"]),
        (["--only", "one", "--without", "blind_"], ["faults/one.py"]),
    ],
)
def test_programs_are_chosen_by_what_their_files_contain(words: list[str], files: list[str]):
    names = ("blind_a/one.py", "faults/one.py", "faults/two.py")
    programs = [Program(name, "healthy", ()) for name in names]
    assert [program.file for program in chosen(programs, parse(words))] == files


def test_a_script_gets_other_seeds_and_is_itself_unchanged(tmp_path: Path):
    script = tmp_path / "seeds.py"
    script.write_text(
        "import random\nimport sys\nimport numpy as np\nimport torch\n"
        "sys.stdout = open('printed', 'w')\n"
        "print(torch.initial_seed())\n"
        "torch.manual_seed(3)\nnp.random.seed(seed=4)\nrandom.seed(5)\n"
        "own = torch.Generator().manual_seed(6)\n"
        "print(torch.initial_seed(), own.initial_seed(), np.random.rand() + random.random())\n"
    )

    def printed(offset: int) -> list[str]:
        with Nursery() as nursery:
            assert nursery.run([str(offset), "run", "--quiet", str(script)], tmp_path, 60.0) == 0
        return (tmp_path / "printed").read_text().split()

    own, other = printed(0), printed(2)
    assert own[:3] == ["0", "3", "6"]
    assert other[:3] == ["2000", "2003", "6"]
    assert own[3] != other[3]


def test_two_scripts_are_judged_and_written_down(tmp_path: Path, capsys):
    (tmp_path / "no_step_before.py").write_text(NO_STEP)
    (tmp_path / "well.py").write_text(WELL)
    manifest = tmp_path / "manifest.json"
    entries = [
        {
            "file": "no_step_before.py",
            "kind": "fault",
            "accept_first": ["parameters-not-optimized"],
            "own_seed": True,
        },
        {"file": "well.py", "kind": "healthy", "accept_first": []},
    ]
    manifest.write_text(json.dumps(entries))
    table, data = tmp_path / "docs" / "programs.md", tmp_path / "runs.json"
    words = ["--seeds", "2", "--manifest", str(manifest), "--json", str(data)]
    assert main([*words, "--table", str(table)]) == 0
    assert table.read_text() == capsys.readouterr().out
    written = json.loads(data.read_text())
    assert [(r["file"], r["seed"], r["outcome"]) for r in written["runs"]] == [
        ("no_step_before.py", 0, "right"),
        ("well.py", 0, "quiet"),
        ("well.py", 1, "quiet"),
    ]
    assert written["tallies"]["all"]["right"] == 1
    assert "| parameters-not-optimized | 1 | 1 (100.0 %) | 1 | 0 | 0 | 0 |" in table.read_text()


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] not in "ZX"
    except OSError:
        return False


def test_what_does_not_end_is_ended_with_its_workers(tmp_path: Path):
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open('child', 'w').write(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    (tmp_path / "endless.py").write_text(code)
    with Nursery() as nursery:
        nursery.run(["0", "rules"], tmp_path, 60.0)  # once it has imported all that it does
        words = ["0", "run", "--quiet", str(tmp_path / "endless.py")]
        assert nursery.run(words, tmp_path, 2.0) is None
    child = int((tmp_path / "child").read_text())
    until = time.monotonic() + 20
    while is_alive(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_alive(child)


def judged(kind: str, status: int | None, *, written: bool) -> Run:
    """A program that ends with this status, and of which an empty result is written or none."""

    def execute(words: Sequence[str], folder: Path, limit_seconds: float) -> int | None:
        if written:
            Path(words[words.index("--json") + 1]).write_text('{"findings": []}')
        return status

    rules = ("dead-relu",) if kind == "fault" else ()
    return diagnosed(Program("program.py", kind, rules), 0, Path(), 5.0, execute)


@pytest.mark.parametrize(
    ("kind", "status", "written", "outcome"),
    [
        ("healthy", 0, True, "quiet"),
        ("healthy", 7, True, "failed"),
        ("fixed", 1, True, "failed"),
        ("fault", 7, True, "silent"),
        ("fault", 0, False, "failed"),
        ("fault", None, False, "failed"),
        ("fault", None, True, "failed"),
    ],
)
def test_a_crash_fails_all_but_a_fault_and_so_does_no_result(
    kind: str, status: int | None, written: bool, outcome: str
):
    assert judged(kind, status, written=written).outcome == outcome
