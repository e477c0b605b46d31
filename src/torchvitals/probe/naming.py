"""Names for leaf tensors, as their user would call them: fc1.weight, netG.main.0.bias, w,
params[3].
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType, ModuleType
from typing import Any

import torch
from torch import nn

from torchvitals.probe.sources import is_readable, user_frames, variables

_SEARCH_DEPTH = 3
"""How deep containers and objects in variables are searched: trainer.nets[0] is at depth 3."""
_SEARCH_OBJECTS = 20000
"""Objects that a search visits at most, so that a list of a million rows does not hold up the
run."""


@dataclass(frozen=True)
class LeafNames:
    """For each leaf (by id): its name, the layer that owns it, and whether a module does. For each
    layer: its class.
    """

    names: dict[int, str] = field(default_factory=dict[int, str])
    layers: dict[int, str] = field(default_factory=dict[int, str])
    owned: frozenset[int] = frozenset()
    classes: dict[str, str] = field(default_factory=dict[str, str])
    modules: dict[int, str] = field(default_factory=dict[int, str])
    """Layer name of every module (by id) below the roots that own a leaf."""
    orphans: frozenset[int] = frozenset()
    """Of nn.Parameters that no module that is alive and no variable leads to."""
    in_vain: bool = False
    """The heap was searched for the modules of the parameters, and some have none."""


def name_leaves(
    leaves: Sequence[torch.Tensor], frame: FrameType | None, *, heap: bool = True
) -> LeafNames:
    """Name every leaf: through the modules that are alive, then through the variables of the
    running frames.

    Without `heap` only modules that those variables lead to are asked, which takes a tenth of the
    time.
    """
    wanted_leaves = {id(leaf) for leaf in leaves}
    owners = _Owners(wanted_leaves, _modules_in_variables(frame))
    unowned = [leaf for leaf in leaves if id(leaf) not in owners.parameters]
    searched = any(isinstance(leaf, nn.Parameter) for leaf in unowned)
    if heap and searched:
        owners = _Owners(wanted_leaves, _modules_alive())
    bare = [leaf for leaf in leaves if id(leaf) not in owners.parameters]
    wanted = {id(module) for module in owners.roots} | {id(leaf) for leaf in bare}
    paths = find_variables(wanted, frame)
    full: dict[int, tuple[str, str]] = {}
    for root in owners.roots:
        prefix = paths.get(id(root), type(root).__name__.lower())
        for leaf, (layer, name) in owners.below(root).items():
            full.setdefault(leaf, (_join(prefix, layer), _join(prefix, layer, name)))
    for position, leaf in enumerate(bare):
        path = paths.get(id(leaf), f"parameter[{position}]")
        full[id(leaf)] = (path, path)
    names = _shorten(full)
    classes = {
        names[leaf][0]: type(module).__name__ for leaf, (module, _) in owners.parameters.items()
    }
    return LeafNames(
        names={leaf: name for leaf, (_, name) in names.items()},
        layers={leaf: layer for leaf, (layer, _) in names.items()},
        owned=frozenset(owners.parameters) | owners.attributes({id(leaf) for leaf in bare}),
        classes=classes,
        modules={id(module): names[leaf][0] for leaf, (module, _) in owners.parameters.items()},
        orphans=frozenset(
            id(leaf) for leaf in bare if isinstance(leaf, nn.Parameter) and id(leaf) not in paths
        )
        if all(map(is_readable, user_frames(frame)))
        else frozenset(),
        in_vain=searched and any(isinstance(leaf, nn.Parameter) for leaf in bare),
    )


class _Owners:
    """The modules that own the wanted leaves, and the roots above them."""

    def __init__(self, wanted: set[int], modules: Iterable[nn.Module]) -> None:
        self.parameters: dict[int, tuple[nn.Module, str]] = {}
        parents: dict[int, tuple[nn.Module, str]] = {}
        for module in modules:
            for name, parameter in module._parameters.items():  # pyright: ignore[reportPrivateUsage]  a public walk would recurse
                if id(parameter) in wanted:
                    self.parameters.setdefault(id(parameter), (module, name))
            for name, child in module._modules.items():  # pyright: ignore[reportPrivateUsage]
                if child is not None and id(child) not in parents:
                    parents[id(child)] = (module, name)
        self._paths: dict[int, dict[int, tuple[str, str]]] = {}
        self.roots: list[nn.Module] = []
        for leaf, (module, name) in self.parameters.items():
            root, path = _climb(module, parents)
            if id(root) not in self._paths:
                self.roots.append(root)
            self._paths.setdefault(id(root), {})[leaf] = (path, name)

    def attributes(self, leaves: set[int]) -> frozenset[int]:
        """Those of the leaves that a module keeps as plain attributes, without having registered
        them.
        """
        modules = {id(module): module for module, _ in self.parameters.values()}
        for root in self.roots:
            modules.update((id(module), module) for module in root.modules())
        kept = (id(thing) for module in modules.values() for thing in vars(module).values())
        return frozenset(leaves.intersection(kept))

    def below(self, root: nn.Module) -> dict[int, tuple[str, str]]:
        return self._paths[id(root)]


def _modules_in_variables(frame: FrameType | None) -> list[nn.Module]:
    """Every module that the variables of the user's frames lead to; cheap next to a search of the
    whole heap.
    """
    found: dict[int, nn.Module] = {}
    for user_frame in user_frames(frame):
        for named in (variables(user_frame), user_frame.f_globals):
            for _, thing in _reachable(dict(named)):
                if issubclass(type(thing), nn.Module) and id(thing) not in found:
                    found.update((id(module), module) for module in thing.modules())
    return list(found.values())


def _modules_alive() -> Iterable[nn.Module]:
    return [thing for thing in gc.get_objects() if issubclass(type(thing), nn.Module)]


def _climb(module: nn.Module, parents: dict[int, tuple[nn.Module, str]]) -> tuple[nn.Module, str]:
    parts: list[str] = []
    seen: set[int] = set()
    while id(module) in parents and id(module) not in seen:
        seen.add(id(module))
        module, name = parents[id(module)]
        if name != "_orig_mod":
            parts.append(name)
    return module, ".".join(reversed(parts))


def _join(*parts: str) -> str:
    return ".".join(part for part in parts if part)


def _shorten(full: dict[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """Drop the variable that all names begin with; a layer that is that variable itself keeps
    it.
    """
    heads = {name.split(".", 1)[0] for _, name in full.values()}
    if len(heads) != 1 or any("." not in name for _, name in full.values()):
        return full
    head = heads.pop() + "."
    return {
        leaf: (layer.removeprefix(head), name.removeprefix(head))
        for leaf, (layer, name) in full.items()
    }


def find_variables(wanted: set[int], frame: FrameType | None) -> dict[int, str]:
    """The shortest expression, over the variables of the user's frames, for each wanted object (by
    id).
    """
    found: dict[int, str] = {}
    for user_frame in user_frames(frame):
        _search(variables(user_frame), wanted, found)
        if len(found) == len(wanted):
            break
        _search(dict(user_frame.f_globals), wanted, found)
    return found


def _search(named: dict[str, Any], wanted: set[int], found: dict[int, str]) -> None:
    for path, thing in _reachable(named):
        if id(thing) in wanted:
            found.setdefault(id(thing), path.removeprefix("self."))


def _reachable(named: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every object that the variables lead to, nearest first, with the expression for it."""
    queue: deque[tuple[str, Any, int]] = deque(
        (name, value, 0) for name, value in named.items() if not name.startswith("__")
    )
    visited: set[int] = set()
    while queue and len(visited) < _SEARCH_OBJECTS:
        path, thing, depth = queue.popleft()
        if id(thing) in visited:
            continue
        visited.add(id(thing))
        yield path, thing
        if depth < _SEARCH_DEPTH:
            queue.extend((p, inner, depth + 1) for p, inner in _inside(path, thing))


def _inside(path: str, thing: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(thing, (list, tuple)):
        return [(f"{path}[{k}]", inner) for k, inner in enumerate(thing[:200])]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if type(thing) is dict:
        return [(f"{path}[{key!r}]", inner) for key, inner in list(thing.items())[:200]]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(thing, (type, ModuleType, torch.Tensor, str, bytes)):
        return []
    attributes = getattr(thing, "__dict__", None) if _is_plain(thing) else None
    if type(attributes) is not dict:
        return []
    return [(f"{path}.{name}", inner) for name, inner in attributes.items()]  # pyright: ignore[reportUnknownVariableType]


def _is_plain(thing: Any) -> bool:
    """Whether reading its __dict__ runs none of the user's code."""
    return type(thing).__getattribute__ is object.__getattribute__
