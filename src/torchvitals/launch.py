"""Run a script or a module as `python` itself would run it, in this process.

It finds the `__main__`, arguments, import path and streams that `python` gives; it ends with the
same exit status and, when it fails, the same words on stderr. What shows: our frames at the outer
end of the stack (`sys._getframe`, "Previous line repeated"), `sys.orig_argv`, and, for a script
whose bytes cannot be decoded or hold a null, the words of `compile` instead of those of `python`.
"""

import atexit
import builtins
import contextlib
import os
import pkgutil
import runpy
import signal
import sys
import threading
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, TracebackType
from typing import NoReturn

_PACKAGE = __name__.partition(".")[0]
# `-P` and `-I` keep the program's own place off the import path; 3.10 knows `-I` alone.
_PATH_IS_SAFE = bool(sys.flags.isolated or getattr(sys.flags, "safe_path", False))
_INTERRUPTED = 130  # what a shell shows for a process that SIGINT (2) ended: 128 + 2


@dataclass(frozen=True)
class Target:
    """A script (or a folder or zip file that holds `__main__.py`), or a module as after `-m`."""

    name: str
    arguments: tuple[str, ...] = ()
    is_module: bool = False


@dataclass(frozen=True)
class Outcome:
    """How it ended.

    `exit_status` is what `sys.exit` takes: not cut to 8 bits, and 130 where python dies by SIGINT.
    `exception` is None where the target came to its end, called `sys.exit`, or was not found. It
    holds the target's frames, so its variables, as `sys.last_value` does.
    """

    exit_status: int
    exception: BaseException | None = None


@dataclass(frozen=True)
class _Stage:
    """What a program finds in `sys` that depends on how it was started."""

    argv: list[str]
    path: list[str]
    main: ModuleType

    @classmethod
    def current(cls) -> "_Stage":
        return cls(sys.argv, sys.path, sys.modules["__main__"])

    def enter(self) -> None:
        sys.argv, sys.path, sys.modules["__main__"] = self.argv, self.path, self.main


def execute(target: Target) -> Outcome:
    """Run the target, and say on stderr how it ended if `python` would.

    Then `sys.argv`, `sys.path` and `__main__` are the caller's again, lest a file of the user's
    shadow what the caller imports next. When the interpreter exits they become the target's once
    more, before its atexit handlers run. A process that the target forked, and that leaves the
    target, does not return from here: it ends.
    """
    callers, process = _Stage.current(), os.getpid()
    try:
        ending = _run(target)
        outcome = Outcome(_announce(ending), None if isinstance(ending, SystemExit) else ending)
        if os.getpid() != process:
            _end_process(outcome)
        atexit.register(_Stage.current().enter)
    finally:
        callers.enter()
    return outcome


def wait_for_threads() -> None:
    """Wait for threads the target left running, as `python` does once the main thread has ended.

    For a process about to exit: `concurrent.futures` takes no work afterwards. Ctrl-C ends it.
    """
    with contextlib.suppress(KeyboardInterrupt):
        # Joining each thread would hang on the idle workers of an executor, which only this wakes.
        threading._shutdown()  # pyright: ignore


def leave(outcome: Outcome) -> NoReturn:
    """Exit as `python` would: by SystemExit, or by SIGINT after Ctrl-C, to stop a shell's loop."""
    if type(outcome.exception) is KeyboardInterrupt:
        _end_process(outcome)
    sys.exit(outcome.exit_status)


def print_exception(exception: BaseException) -> None:
    """Print, through `sys.excepthook`, what `python` prints for an exception that nobody caught.

    This package's frames are taken out of its traceback and of those of its causes, contexts and
    group members, but for those at the inner end: there the package itself raised, to tell its
    caller something. Raises SystemExit if the user's hook does.
    """
    _hide_our_frames(exception)
    kind, traceback = type(exception), exception.__traceback__
    sys.last_type, sys.last_value, sys.last_traceback = kind, exception, traceback
    if sys.version_info >= (3, 12):
        sys.last_exc = exception
    try:
        sys.excepthook(kind, exception, traceback)
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001  whatever ends it is the outcome
        error.__traceback__ = _without_outer_frames(error.__traceback__)
        _say("Error in sys.excepthook:")
        sys.__excepthook__(type(error), error, error.__traceback__)
        _say("\nOriginal exception was:")
        sys.__excepthook__(kind, exception, traceback)


def _run(target: Target) -> BaseException | None:
    """Return what ended the target, with a traceback that begins where python's would."""
    try:
        if target.is_module:
            _run_as_main(target, target.name, str(Path.cwd()))
        elif pkgutil.get_importer(target.name) is not None:
            _run_as_main(target, "__main__", _absolute(target.name))
        else:
            _run_script(target, _absolute(target.name))
    except BaseException as ending:  # noqa: BLE001  a hook of the user may raise anything
        return ending.with_traceback(_without_outer_frames(ending.__traceback__))
    return None


def _run_as_main(target: Target, module: str, place: str) -> None:
    argv = ["-m" if target.is_module else target.name, *target.arguments]
    _set_stage(argv, [] if _PATH_IS_SAFE and target.is_module else [place])
    # Private, but what `python -m` calls: same refusals, same frames, and `__main__` outlives it.
    runpy._run_module_as_main(module, target.is_module)  # pyright: ignore


def _run_script(target: Target, path: str) -> None:
    folder = str(Path(path).resolve().parent)
    main = _set_stage([target.name, *target.arguments], [] if _PATH_IS_SAFE else [folder])
    vars(main).update(__loader__=SourceFileLoader("__main__", path), __file__=path, __cached__=None)
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        _say(f"{sys.executable}: can't open file {path!r}: [Errno {error.errno}] {error.strerror}")
        raise SystemExit(2) from error  # the status python has for it
    exec(compile(source, path, "exec", dont_inherit=True), vars(main))


def _absolute(path: str) -> str:
    return os.path.join(str(Path.cwd()), path)  # noqa: PTH118 - "./train.py" keeps its dot, in python


def _set_stage(argv: list[str], places: list[str]) -> ModuleType:
    """Set an empty `__main__` on stage, and the target's places where ours was in `sys.path`."""
    main = ModuleType("__main__")
    if sys.version_info < (3, 14):
        main.__annotations__ = {}
    vars(main)["__builtins__"] = builtins
    _Stage(argv, places + (sys.path if _PATH_IS_SAFE else sys.path[1:]), main).enter()
    return main


def _announce(ending: BaseException | None) -> int:
    """Print what python prints at such an end; return the exit status."""
    _flush_streams()
    try:
        if ending is not None and not isinstance(ending, SystemExit):
            print_exception(ending)
    except SystemExit as exit_of_hook:
        ending = exit_of_hook
    if isinstance(ending, SystemExit):
        if ending.code is None or isinstance(ending.code, int):
            return int(ending.code or 0)
        _say(ending.code)
    # A subclass of KeyboardInterrupt is to python an exception like others.
    return _INTERRUPTED if type(ending) is KeyboardInterrupt else int(ending is not None)


def _end_process(outcome: Outcome) -> NoReturn:
    """End here, whoever waits to catch an exception, but after all that python does first."""
    wait_for_threads()
    atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage]
    _flush_streams()
    if type(outcome.exception) is KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.raise_signal(signal.SIGINT)
    os._exit(outcome.exit_status & 0xFF)


def _say(text: object) -> None:
    with contextlib.suppress(Exception):  # closed, or None where there is no console
        (sys.stderr or sys.__stderr__).write(f"{text}\n")  # pyright: ignore


def _flush_streams() -> None:
    for stream in (sys.stderr, sys.stdout):
        with contextlib.suppress(Exception):  # the user's own object, a closed pipe
            stream.flush()


def _hide_our_frames(exception: BaseException) -> None:
    """Hide them in all that is printed with an exception, each seen once: a chain may be a ring."""
    seen: set[int] = set()
    waiting: list[object] = [exception]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            one.__traceback__ = _without_our_frames(one.__traceback__)
            group = getattr(one, "exceptions", ())  # or somebody's own attribute
            waiting += [one.__cause__, one.__context__]
            waiting += group if isinstance(group, tuple) else ()


def _without_our_frames(traceback: TracebackType | None) -> TracebackType | None:
    entries: list[TracebackType] = []
    while traceback is not None:
        entries.append(traceback)
        traceback = traceback.tb_next
    inner: TracebackType | None = None
    for entry in reversed(entries):
        if not _is_ours(entry) or inner is None or _is_ours(inner):
            inner = TracebackType(inner, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return inner


def _without_outer_frames(traceback: TracebackType | None) -> TracebackType | None:
    while traceback is not None and _is_ours(traceback):
        traceback = traceback.tb_next
    return traceback


def _is_ours(entry: TracebackType) -> bool:
    """Judge by the module, not the file: a file of ours that is itself the target is not ours."""
    name = str(entry.tb_frame.f_globals.get("__name__"))
    return name == _PACKAGE or name.startswith(f"{_PACKAGE}.")
