"""Whatever `python` does with a program, `launch` does too: run both ways, and compared."""

import os
import subprocess
import sys
import textwrap
import traceback
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from torchvitals import launch

SOURCE = Path(launch.__file__).parents[1]

DRIVER = f"""
import sys
sys.path.append({str(SOURCE)!r})
from torchvitals.launch import Target, execute, leave, wait_for_threads
sys.path.pop()

def main():
    words = sys.argv[1:]
    is_module = words[0] == "-m"
    name, *arguments = words[is_module:]
    outcome = execute(Target(name, tuple(arguments), is_module))
    wait_for_threads()
    leave(outcome)

try:
    main()
except KeyboardInterrupt:
    print("what a command line library makes of Ctrl-C")
"""


@dataclass(frozen=True)
class Ending:
    """All that a shell sees of a program."""

    stdout: bytes
    stderr: bytes
    exit_status: int


@dataclass(frozen=True)
class Desk:
    """A folder to write programs in, and the two ways to run them."""

    folder: Path
    driver: Path

    def write(self, name: str, source: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source if isinstance(source, bytes) else textwrap.dedent(source).encode())

    def run(self, *words: str, stderr: int = subprocess.PIPE) -> Ending:
        environment = {**os.environ, "PYTHONWARNINGS": "default"}
        ran = subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            timeout=120,
            check=False,
        )
        return Ending(ran.stdout, ran.stderr or b"", ran.returncode)

    def by_python(self, *words: str) -> Ending:
        return self.run(*words)

    def by_us(self, *words: str, flags: tuple[str, ...] = ()) -> Ending:
        return self.run(*flags, str(self.driver), *words)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    driver = tmp_path / "driver" / "driver.py"
    driver.parent.mkdir()
    driver.write_text(DRIVER)
    desk = Desk(tmp_path / "work", driver)
    desk.folder.mkdir()
    return desk


SEES = {
    "its globals": """
        import re
        print(re.sub("0x[0-9a-f]+", "", repr({k: v for k, v in globals().items() if k != "re"})))
    """,
    "its arguments, its folder and its import path": """
        import os, sys
        print(sys.argv, sys.path, os.getcwd())
    """,
    "itself as the main module": """
        import sys, __main__
        x = 3
        print(__name__, __main__.x, sys.modules["__main__"] is __main__)
    """,
    "the module of builtins": "print(type(__builtins__))",
    "its own loader": """
        print(__loader__.name, __loader__.path, len(__loader__.get_source("__main__")))
    """,
    "its docstring": "'''What I do.'''\nprint(__doc__)",
    "its annotations": "x: int = 3\nprint(__annotations__)",
    "annotations that are evaluated": "def f(x: 1 + 1): ...\nprint(f.__annotations__)",
    "its source": """
        import inspect, linecache
        class Net:
            depth = 3
        def f():
            return Net
        print(inspect.getsource(Net), inspect.getsource(f), linecache.getline(__file__, 2))
    """,
    "its classes in a pickle": """
        import pickle
        class Net:
            depth = 3
        print(pickle.loads(pickle.dumps(Net())).depth, pickle.dumps(Net))
    """,
    "its main block": "if __name__ == '__main__':\n    print('main')",
    "its standard streams": """
        import sys
        print(sys.stdin.read(), sys.stdout.encoding, sys.stdout.isatty(), sys.stderr.name)
    """,
    "its main thread": """
        import threading
        print(threading.current_thread() is threading.main_thread(), threading.active_count())
    """,
    "warnings for its own deprecated code": """
        import warnings
        warnings.warn("old", DeprecationWarning)
        def f():
            warnings.warn("older", DeprecationWarning, stacklevel=2)
        f()
    """,
    "its neighbours": "import neighbour\nprint(neighbour.__file__, neighbour.__name__)",
    "a neighbour that shadows the standard library": "import colorsys\nprint(colorsys.__file__)",
    "what its line endings hide": b"x = '''a\r\nb'''\r\nprint(repr(x))\r\n",
    "its encoding cookie": "# -*- coding: latin-1 -*-\nprint(ascii('\xe9'))".encode("latin-1"),
    "no byte order mark": b"\xef\xbb\xbfprint(1)\n",
    "nothing at all": b"",
    "assertions": "assert __debug__\nprint('checked')",
}

ENDS = {
    "by falling off its end": "print('out')",
    "by sys.exit()": "import sys; sys.exit()",
    "by an exit status": "import sys; sys.exit(7)",
    "by an exit status past 8 bits": "import sys; sys.exit(300)",
    "by a negative exit status": "import sys; sys.exit(-1)",
    "by True": "import sys; sys.exit(True)",
    "by a message": "import sys; print('out'); sys.exit('no data')",
    "by a message that is a tuple": "import sys; sys.exit((1, 2))",
    "by a bare SystemExit": "raise SystemExit",
    "by os._exit": "import os; print('out', flush=True); os._exit(4)",
    "by a failed assertion": "def f(x):\n    assert x > 1, x\nf(0)",
    "by an exception in a function": "def f():\n    return 1 / 0\nprint('out')\nf()",
    "by an exception in a neighbour": "import neighbour\nneighbour.fail()",
    "by an exception in the standard library": "import json\njson.loads('{')",
    "by an exception with a cause": """
        try:
            [][0]
        except IndexError as error:
            raise ValueError("no data") from error
    """,
    "by an exception with a context": """
        try:
            [][0]
        except IndexError:
            {}["a"]
    """,
    "by an exception whose context is hidden": """
        try:
            [][0]
        except IndexError:
            raise ValueError from None
    """,
    "by an exception that it noted": """
        error = ValueError("no")
        getattr(error, "add_note", print)("a note")
        raise error
    """,
    "by an exception with a misleading attribute": """
        class Many(Exception):
            exceptions = 3
        raise Many
    """,
    "by a subclass of KeyboardInterrupt": "class K(KeyboardInterrupt): ...\nraise K",
    "by Ctrl-C": "def f():\n    raise KeyboardInterrupt\nf()",
    "by Ctrl-C for real": """
        import os, signal, time
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(10)
    """,
    "by SIGTERM": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)",
    "by a syntax error": "print('never')\nx = (1,\ny = 2",
    "by an indentation error": "if True:\nprint(1)",
    "by a syntax error found late": "print('never')\nreturn 3",
    "by a syntax error in a neighbour": "import broken",
    "by a missing import": "import no_such_module_of_ours",
    "by an import error": "from os import no_such_name",
    "with atexit handlers": """
        import atexit, sys, __main__
        atexit.register(lambda: print(sys.argv, sys.path[0], __main__.x, sys.modules["__main__"].x))
        atexit.register(print, "first")
        x = 3
    """,
    "with atexit handlers after an exception": """
        import atexit, sys
        atexit.register(lambda: print("why:", repr(sys.last_value), sys.last_traceback.tb_lineno))
        1 / 0
    """,
    "with atexit handlers that import a neighbour": """
        import atexit
        def late():
            import neighbour
            print(neighbour.__name__)
        atexit.register(late)
    """,
    "with globals that have finalisers": """
        class Loud:
            def __del__(self):
                print("gone")
        loud = Loud()
    """,
    "with its own excepthook": """
        import sys
        sys.excepthook = lambda kind, value, tb: print("mine:", kind, value, tb.tb_lineno, type(tb))
        1 / 0
    """,
    "with an excepthook that exits": """
        import sys
        sys.excepthook = lambda *_: sys.exit(9)
        1 / 0
    """,
    "with an excepthook that exits with a message": """
        import sys
        sys.excepthook = lambda *_: sys.exit("bad")
        1 / 0
    """,
    "with an excepthook that fails": """
        import sys
        def hook(kind, value, tb):
            return [][0]
        sys.excepthook = hook
        1 / 0
    """,
    "with an excepthook that does not fit": "import sys\nsys.excepthook = len\n1 / 0",
    "with a thread at work": """
        import threading, time
        def work():
            time.sleep(0.3)
            print("worked")
        threading.Thread(target=work).start()
        print("main is done")
    """,
    "with a thread at work and an exception": """
        import sys, threading, time
        def work():
            time.sleep(0.3)
            print("worked", file=sys.stderr)
        threading.Thread(target=work).start()
        1 / 0
    """,
    "with a daemon at work": """
        import threading, time
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    """,
    "with an exception in a thread": """
        import threading
        def work():
            1 / 0
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    """,
    "with an executor left open": """
        from concurrent.futures import ThreadPoolExecutor
        import time
        ThreadPoolExecutor(2).submit(lambda: (time.sleep(0.3), print("worked")))
    """,
    "with a fork that falls off the end too": """
        import atexit, os
        atexit.register(lambda: print("bye", flush=True))
        child = os.fork()
        if child:
            print(os.waitpid(child, 0)[1])
    """,
    "with a fork that fails": """
        import os
        child = os.fork()
        if not child:
            1 / 0
        print(os.waitpid(child, 0)[1])
    """,
    "with its streams closed": """
        import sys
        sys.stdout.close()
        sys.stderr = None
        raise SystemExit("unheard")
    """,
    "with other arguments and another path": """
        import sys
        sys.argv[:] = ["x"]
        sys.path = sys.path[1:]
        sys.exit(len(sys.argv))
    """,
    "with its main module replaced": """
        import sys, types
        me = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        1 / 0
    """,
}

GROUP = """
    def f(x):
        return 1 / x
    errors = []
    for x in (0, "a"):
        try:
            f(x)
        except Exception as error:
            errors.append(error)
    raise ExceptionGroup("two", [errors[0], ExceptionGroup("inner", [errors[1]])])
"""

needs_groups = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="exception groups came with Python 3.11"
)

PROCESSES = {
    "spawned workers": """
        import multiprocessing, sys
        def square(x):
            return x * x, __name__, __file__, sys.argv, "torchvitals" in sys.modules
        print("top", __name__, flush=True)
        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.map(square, range(3)))
    """,
    "forked workers": """
        import multiprocessing
        class Square:
            def __init__(self, x):
                self.x = x * x
        if __name__ == "__main__":
            with multiprocessing.get_context("fork").Pool(2) as pool:
                print([s.x for s in pool.map(Square, range(5))])
    """,
    "workers of a fork server": """
        import multiprocessing
        def square(x):
            return x * x, __name__
        if __name__ == "__main__":
            with multiprocessing.get_context("forkserver").Pool(1) as pool:
                print(pool.map(square, range(3)))
    """,
    "a process executor": """
        from concurrent.futures import ProcessPoolExecutor
        def fail(x):
            raise ValueError(x)
        if __name__ == "__main__":
            with ProcessPoolExecutor(1) as pool:
                try:
                    pool.submit(fail, 3).result()
                except ValueError as error:
                    print(repr(error))
    """,
}


def write_neighbours(desk: Desk, folder: str = ".") -> None:
    desk.write(f"{folder}/neighbour.py", "def fail():\n    raise KeyError('next door')\n")
    desk.write(f"{folder}/colorsys.py", "")
    desk.write(f"{folder}/broken.py", "x = = 3\n")


@pytest.mark.parametrize("source", SEES.values(), ids=SEES)
def test_a_script_sees_what_python_would_give_it(desk: Desk, source: str | bytes) -> None:
    write_neighbours(desk)
    desk.write("train.py", source)
    words = ("train.py", "--epochs", "5", "-m")
    assert desk.by_us(*words) == desk.by_python(*words)


@pytest.mark.parametrize("source", SEES.values(), ids=SEES)
def test_a_module_sees_what_python_would_give_it(desk: Desk, source: str | bytes) -> None:
    write_neighbours(desk)
    desk.write("package/__init__.py", "import sys\nprint(sys.argv, sys.path[0], __name__)")
    desk.write("package/train.py", source)
    words = ("-m", "package.train", "--epochs", "5", "-m")
    assert desk.by_us(*words) == desk.by_python(*words)


@pytest.mark.parametrize("source", ENDS.values(), ids=ENDS)
def test_a_script_ends_as_under_python(desk: Desk, source: str) -> None:
    write_neighbours(desk)
    desk.write("train.py", source)
    assert desk.by_us("train.py", "a") == desk.by_python("train.py", "a")


@pytest.mark.parametrize("source", ENDS.values(), ids=ENDS)
def test_a_module_ends_as_under_python(desk: Desk, source: str) -> None:
    write_neighbours(desk)
    desk.write("train.py", source)
    assert desk.by_us("-m", "train", "a") == desk.by_python("-m", "train", "a")


@needs_groups
def test_a_group_of_exceptions_is_printed_as_under_python(desk: Desk) -> None:
    desk.write("train.py", GROUP)
    assert desk.by_us("train.py") == desk.by_python("train.py")


@pytest.mark.parametrize("source", PROCESSES.values(), ids=PROCESSES)
def test_worker_processes_are_those_of_the_script(desk: Desk, source: str) -> None:
    desk.write("train.py", source)
    ours = desk.by_us("train.py", "a")
    assert ours == desk.by_python("train.py", "a")
    assert ours.exit_status == 0


def test_worker_processes_of_a_module_are_those_of_the_module(desk: Desk) -> None:
    desk.write("package/train.py", PROCESSES["spawned workers"])
    assert desk.by_us("-m", "package.train") == desk.by_python("-m", "package.train")


@pytest.mark.parametrize(
    "name",
    ["./train.py", "folder/../train.py", "folder/link.py", "./folder//deep.py", "größe 1/x y.py"],
)
def test_a_path_is_named_as_python_names_it(desk: Desk, name: str) -> None:
    write_neighbours(desk)
    write_neighbours(desk, "folder")
    source = "import sys, neighbour\nprint(sys.argv, sys.path, __file__, neighbour.__file__)\n1 / 0"
    desk.write("train.py", source)
    desk.write("folder/deep.py", source)
    desk.write("größe 1/x y.py", source)
    write_neighbours(desk, "größe 1")
    (desk.folder / "folder" / "link.py").symlink_to("../train.py")
    assert desk.by_us(name) == desk.by_python(name)


def test_an_absolute_path_is_named_as_python_names_it(desk: Desk) -> None:
    desk.write("train.py", "import sys\nprint(sys.argv, sys.path, __file__)\n1 / 0")
    name = str(desk.folder / "train.py")
    assert desk.by_us(name) == desk.by_python(name)


@pytest.mark.parametrize("flag", ["-P", "-O", "-I", "-Wignore", "-Xdev"])
def test_the_flags_of_the_interpreter_hold_for_the_script(desk: Desk, flag: str) -> None:
    if flag == "-P" and sys.version_info < (3, 11):
        pytest.skip("-P came with Python 3.11")
    desk.write("train.py", "import sys, warnings\nprint(sys.path)\nwarnings.warn('old')\nassert 0")
    assert desk.by_us("train.py", flags=(flag,)) == desk.by_python(flag, "train.py")


@pytest.mark.parametrize(
    "name", ["missing.py", "./missing", "folder/missing.py", "empty", "secret.py"]
)
def test_a_script_that_cannot_be_opened_is_refused_in_the_words_of_python(
    desk: Desk, name: str
) -> None:
    (desk.folder / "empty").mkdir()
    desk.write("secret.py", "")
    (desk.folder / "secret.py").chmod(0)
    assert desk.by_us(name) == desk.by_python(name)


@pytest.mark.parametrize(
    "name", ["missing", "missing.train", "package", "package.missing", "train.py", "broken"]
)
def test_a_module_that_cannot_be_found_is_refused_in_the_words_of_python(
    desk: Desk, name: str
) -> None:
    write_neighbours(desk)
    desk.write("train.py", "print(1)")
    desk.write("package/__init__.py", "")
    assert desk.by_us("-m", name) == desk.by_python("-m", name)


def test_a_folder_runs_as_under_python(desk: Desk) -> None:
    write_neighbours(desk, "folder")
    desk.write(
        "folder/__main__.py", f"import neighbour\n{textwrap.dedent(SEES['its globals'])}\n1 / 0"
    )
    for words in (("folder", "a"), ("./folder/",), ("-m", "folder")):
        assert desk.by_us(*words) == desk.by_python(*words)


def test_a_zip_file_runs_as_under_python(desk: Desk) -> None:
    with zipfile.ZipFile(desk.folder / "train.pyz", "w") as archive:
        archive.writestr("__main__.py", "import sys, neighbour\nprint(sys.argv, sys.path)\n1 / 0")
        archive.writestr("neighbour.py", "")
    assert desk.by_us("train.pyz", "a") == desk.by_python("train.pyz", "a")


def test_output_comes_before_the_traceback_where_both_go_to_one_place(desk: Desk) -> None:
    desk.write("train.py", "print('out')\n1 / 0")
    both = subprocess.STDOUT
    assert desk.run(str(desk.driver), "train.py", stderr=both) == desk.run("train.py", stderr=both)


def test_an_undecodable_script_is_a_syntax_error(desk: Desk) -> None:
    desk.write("train.py", b"s = '\xe9'\n")
    ours = desk.by_us("train.py")
    assert ours.exit_status == desk.by_python("train.py").exit_status == 1
    assert b"SyntaxError" in ours.stderr
    assert b"Traceback" not in ours.stderr


TORCH = """
import io, sys, torch
from torch.utils.data import DataLoader, Dataset, get_worker_info

class Squares(Dataset):
    def __len__(self):
        return 4
    def __getitem__(self, i):
        return torch.tensor([i * i, get_worker_info().num_workers])

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

sys.stdout.write(f"top {__name__}\\n")  # in one piece: two workers write at once
sys.stdout.flush()
if __name__ == "__main__":
    for context in ("spawn", "fork"):
        print([*DataLoader(Squares(), num_workers=2, multiprocessing_context=context)])
    file = io.BytesIO()
    torch.save(Net(), file)
    file.seek(0)
    print(torch.load(file, weights_only=False))
    Net().layer(torch.zeros(3)).sum().backward()
"""


@pytest.mark.slow
def test_loader_workers_and_saved_models_are_those_of_the_script(desk: Desk) -> None:
    desk.write("train.py", TORCH)
    ours = desk.by_us("train.py")
    assert ours == desk.by_python("train.py")
    assert ours.exit_status == 1
    assert ours.stdout.count(b"top __mp_main__") == 2
    assert b"Net(" in ours.stdout


WRAPPED = """
ours = {"__name__": "torchvitals.probe.attach"}
exec("def wrap(f): return lambda *x: f(*x)", ours)
wrap = ours["wrap"]

@wrap
@wrap
def backward(x):
    return 1 / x

@wrap
def train():
"""

FAILURES = {
    "alone": "backward(0)",
    "as a cause": """
        try:
            backward(0)
        except ZeroDivisionError as error:
            raise ValueError("no") from error
    """,
    "as a context": """
        try:
            backward(0)
        except ZeroDivisionError:
            backward("a")
    """,
    "in a ring of causes": """
        try:
            backward(0)
        except ZeroDivisionError as error:
            one = error
        two = KeyError(1)
        one.__cause__, two.__cause__ = two, one
        raise one
    """,
}


def assert_wrappers_leave_no_trace(desk: Desk, failure: str) -> None:
    source = WRAPPED + textwrap.indent(textwrap.dedent(failure), "    ") + "\ntrain()\n"
    desk.write("train.py", source)
    ours = desk.by_us("train.py")
    assert desk.by_python("train.py") != ours
    desk.write("train.py", source.replace('ours["wrap"]', "lambda f: f"))
    assert desk.by_python("train.py") == ours


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_wrapper_of_ours_leaves_no_trace_in_a_traceback(desk: Desk, failure: str) -> None:
    assert_wrappers_leave_no_trace(desk, failure)


@needs_groups
def test_a_wrapper_of_ours_leaves_no_trace_in_a_group(desk: Desk) -> None:
    failure = """
        try:
            backward(0)
        except ZeroDivisionError as error:
            raise ExceptionGroup("all", [ExceptionGroup("inner", [error]), KeyError(1)])
    """
    assert_wrappers_leave_no_trace(desk, failure)


def test_what_we_raise_ourselves_to_the_user_keeps_its_frames(desk: Desk) -> None:
    desk.write(
        "train.py",
        """
        ours = {"__name__": "torchvitals.watch"}
        exec("def check(x): raise ValueError(x)\\ndef watch(x): check(x)", ours)
        ours["watch"](5)
        """,
    )
    assert desk.by_us("train.py") == desk.by_python("train.py")


def test_a_module_whose_name_begins_like_ours_is_not_ours(desk: Desk) -> None:
    desk.write("torchvitals_too.py", "def call(f): return f()")
    desk.write("train.py", "import torchvitals_too\ntorchvitals_too.call(lambda: 1 / 0)")
    assert desk.by_us("train.py") == desk.by_python("train.py")


def run_here(desk: Desk, source: str, *arguments: str) -> launch.Outcome:
    desk.write("train.py", source)
    return launch.execute(launch.Target(str(desk.folder / "train.py"), arguments))


@pytest.mark.parametrize("source", ["", "1 / 0", "x = = 3", "raise SystemExit(3)", "\0"])
def test_the_caller_gets_its_arguments_path_and_main_module_back(desk: Desk, source: str) -> None:
    changes = "import sys\nsys.argv.clear()\nsys.path.append('x')\nsys.path.clear()\n"
    argv, path, main = sys.argv, sys.path, sys.modules["__main__"]
    contents = [*argv], [*path]
    run_here(desk, changes + source)
    assert sys.argv is argv
    assert sys.path is path
    assert sys.modules["__main__"] is main
    assert ([*argv], [*path]) == contents


def test_an_outcome_holds_the_exception_with_the_frames_of_the_script_alone(desk: Desk) -> None:
    outcome = run_here(desk, "def f():\n    1 / 0\nf()")
    assert outcome.exit_status == 1
    assert isinstance(outcome.exception, ZeroDivisionError)
    frames = traceback.extract_tb(outcome.exception.__traceback__)
    assert [(Path(frame.filename).name, frame.lineno) for frame in frames] == [
        ("train.py", 3),
        ("train.py", 2),
    ]


@pytest.mark.parametrize(
    ("source", "exit_status", "kind"),
    [
        ("", 0, type(None)),
        ("raise SystemExit", 0, type(None)),
        ("raise SystemExit(3)", 3, type(None)),
        ("raise SystemExit('no data')", 1, type(None)),
        ("raise KeyboardInterrupt", 130, KeyboardInterrupt),
        ("x = = 3", 1, SyntaxError),
    ],
)
def test_an_outcome_tells_how_the_target_ended(
    desk: Desk, source: str, exit_status: int, kind: type
) -> None:
    outcome = run_here(desk, source)
    assert outcome.exit_status == exit_status
    assert type(outcome.exception) is kind


def test_a_target_can_be_run_again(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    for epochs in ("1", "2"):
        run_here(desk, "import sys\nprint(sys.argv[1:], 'x' in globals())\nx = 3", epochs)
    assert capsys.readouterr().out == "['1'] False\n['2'] False\n"
