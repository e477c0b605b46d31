"""What a result depends on besides its parameters: the code that computes it."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from torchvitals.lab.catalogue import entry

if TYPE_CHECKING:
    from torchvitals.lab.experiment import Experiment

_OURS = "torchvitals"
_UNDERNEATH = ("torch", "numpy")


def experiment_of(name: str) -> Experiment:
    """By its name in the catalogue, or as `module:OBJECT` for one of your own.

    Raises:
        UnknownExperimentError: there is none of this name.
        ImportError: there is no such module.
        AttributeError: it has no such object.
    """
    module, own, attribute = name.partition(":")
    if not own:
        return import_module(entry(name).module).EXPERIMENT
    return getattr(import_module(module), attribute)


@cache
def fingerprint(name: str) -> str:
    """Of the code that computes this experiment: its file and all that it imports of its package
    and of torchvitals, and the versions of torch and NumPy.

    Raises as `experiment_of` does.
    """
    start = name.partition(":")[0] if ":" in name else entry(name).module
    digest = hashlib.sha256()
    for package in _UNDERNEATH:
        digest.update(f"{package} {_version(package)}\n".encode())
    for module, file in sorted(_sources(start).items()):
        digest.update(f"{module}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _sources(start: str) -> dict[str, Path]:
    """The file of the module, and of each that it imports, and those of theirs."""
    packages = {_OURS, start.partition(".")[0]}
    found: dict[str, Path] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        file = None if name in found else _file_of(name)
        if file is not None:
            found[name] = file
            waiting += [other for other in _imports(file) if other.split(".")[0] in packages]
    return found


def _file_of(module: str) -> Path | None:
    """None where it is no module but something in one, or has no source."""
    try:
        spec = find_spec(module)
    except ImportError:
        return None
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return None
    return Path(spec.origin)


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
