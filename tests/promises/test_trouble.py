"""A kill, a full disk, a folder that can't be written, a store that can't be read."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from torchvitals.record.recording import load
from torchvitals.record.store import FILE_NAME

TRAIN = """
import torch

torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
x = torch.randn(8, 2)
for step in range(STEPS):
    loss = (model(x) - 1).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
"""
KILLED = """
import sys
from torchvitals.record.store import Store

commit, add = Store.commit, Store.add_look
looks = []

def counted(store, look):
    looks.append(look)
    add(store, look)

def committed(store):
    commit(store)
    with open("committed", "w") as file:
        file.write(str(len(looks)))

Store.add_look, Store.commit = counted, committed
from torchvitals.cli import main
main()
"""


def run(*words: str, cwd: Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload]
        [sys.executable, *words], cwd=cwd, capture_output=True, text=True, check=False, **options
    )


def a_script(folder: Path, steps: int) -> Path:
    script = folder / "train.py"
    script.write_text(TRAIN.replace("STEPS", str(steps)))
    return script


def killed_once(folder: Path, seconds: float) -> None:
    a_script(folder, 10**9)
    (folder / "driver.py").write_text(KILLED)
    words = [sys.executable, "driver.py", "run", "--every", "1", "train.py"]
    child = subprocess.Popen(words, cwd=folder, stderr=subprocess.DEVNULL)
    while not (folder / "committed").exists():
        time.sleep(0.02)
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    child.wait()
    known = int((folder / "committed").read_text() or 0)
    (store,) = (folder / "torchvitals_runs").glob(f"*/{FILE_NAME}")
    assert sum(len(segment.looks) for segment in load(store).segments) >= known


@pytest.mark.parametrize("seed", range(2))
def test_a_killed_run_holds_every_look_that_was_committed(seed: int, tmp_path: Path):
    killed_once(tmp_path, random.Random(seed).uniform(0, 1))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(50))
def test_a_run_killed_fifty_times_holds_every_look_that_was_committed(seed: int, tmp_path: Path):
    killed_once(tmp_path, random.Random(1000 + seed).uniform(0, 2))


def test_a_full_disk_leaves_the_training_unharmed(tmp_path: Path):
    a_script(tmp_path, 3000)
    limited = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "from torchvitals.cli import main\nmain()\n"
    )
    (tmp_path / "driver.py").write_text(limited)
    plain = run("train.py", cwd=tmp_path)
    done = run("driver.py", "run", "--every", "1", "train.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, plain.stdout)
    assert "Traceback" not in done.stderr
    assert done.stderr.count("Can't write the run store") == 1, done.stderr


def test_a_folder_that_cannot_be_written_leaves_the_training_unharmed(tmp_path: Path):
    a_script(tmp_path, 20)
    (tmp_path / "file").write_text("in the way")
    plain = run("train.py", cwd=tmp_path)
    done = run("-m", "torchvitals", "run", "--out", "file/runs", "train.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, plain.stdout)
    assert "Traceback" not in done.stderr
    assert "Can't write the run store" in done.stderr
    assert "healthy after 20 steps" in done.stderr


def a_store(folder: Path) -> Path:
    a_script(folder, 20)
    assert run("-m", "torchvitals", "run", "-q", "train.py", cwd=folder).returncode == 0
    (store,) = (folder / "torchvitals_runs").glob(f"*/{FILE_NAME}")
    return store


def newer(store: Path) -> Path:
    with sqlite3.connect(store) as database:
        database.execute("PRAGMA user_version=99")
    return store


def truncated(store: Path) -> Path:
    os.truncate(store, store.stat().st_size // 2)
    return store


def foreign(store: Path) -> Path:
    other = store.with_name("other.sqlite")
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE thing (x)")
    return other


def text(store: Path) -> Path:
    store.write_text("not a database at all")
    return store


def absent(store: Path) -> Path:
    return store.with_name("nothing.sqlite")


@pytest.mark.parametrize("spoil", [newer, truncated, foreign, text, absent])
def test_a_store_that_cannot_be_read_is_a_clear_error(spoil, tmp_path: Path):
    done = run("-m", "torchvitals", "report", str(spoil(a_store(tmp_path))), cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("torchvitals: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_report_from_the_store_alone_is_the_same(tmp_path: Path):
    a_script(tmp_path, 60)
    words = ("-m", "torchvitals", "run", "-q", "--json", "run.json", "train.py")
    assert run(*words, cwd=tmp_path).returncode == 0
    (name,) = (path.name for path in (tmp_path / "torchvitals_runs").iterdir())
    again = ("-m", "torchvitals", "report", "-q", "--json", "report.json", name)
    assert run(*again, cwd=tmp_path).returncode == 0
    assert (tmp_path / "run.json").read_text() == (tmp_path / "report.json").read_text()
