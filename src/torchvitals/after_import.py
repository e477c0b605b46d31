"""Call back once a module has been imported, by whoever imports it.

So the script is the first to import torch, and what it sets before that (`OMP_NUM_THREADS`,
`CUDA_VISIBLE_DEVICES`, `TORCH_LOGS`) holds, as under `python`.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


def after_import(module: str, then: Callable[[], None]) -> None:
    """Call `then`, which must not raise, at the end of the first import of a module; at once where
    that is over.
    """
    if module in sys.modules:
        then()
    else:
        sys.meta_path.insert(0, _Finder(module, then))


class _Finder(MetaPathFinder):
    """Finds nothing itself: it lets the others find the module, and follows the import.

    A script may look for a module that it never imports, so only the import itself ends this.
    """

    def __init__(self, module: str, then: Callable[[], None]) -> None:
        self._module = module
        self._then = then
        self._asking = False

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002  the signature of the import system
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if fullname != self._module or self._asking:
            return None
        self._asking = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._asking = False
        if spec is not None and spec.loader is not None:
            self._follow(vars(spec.loader), spec.loader.exec_module)
        return spec

    def _follow(self, attributes: dict[str, object], execute: Callable[[ModuleType], None]) -> None:
        def exec_module(module: ModuleType) -> None:
            attributes.pop("exec_module")
            execute(module)
            sys.meta_path.remove(self)
            self._then()

        attributes["exec_module"] = exec_module
