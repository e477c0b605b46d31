"""One backward under examination: what its graph, its gradients and its step show, gathered into a
Look.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import FrameType

import torch
from torch import nn

from torchvitals.probe.activity import Activity
from torchvitals.probe.aside import layers_aside
from torchvitals.probe.condense import Condensed, condense
from torchvitals.probe.data import find_data
from torchvitals.probe.graph import Graph, dtype_name, walk
from torchvitals.probe.losses import find_losses
from torchvitals.probe.naming import LeafNames
from torchvitals.probe.parameters import Snapshot, gradient_norm
from torchvitals.probe.sources import is_users, variables
from torchvitals.probe.statistics import EVERYTHING, SAMPLE, describe, unwarned
from torchvitals.probe.values import unreadable_parts
from torchvitals.probe.weighing import crossed_terms, weights_of_terms
from torchvitals.record.look import Crossed, DataInput, Look, Loss, OptimizerLook, Statistics


class Examination:
    """Built before the backward runs; complete once its step has been seen."""

    @unwarned
    def __init__(  # noqa: PLR0913  each is one fact about this backward, given by name
        self,
        graph: Graph,
        condensed: Condensed,
        *,
        stream: int,
        loss_scale: float,
        names: LeafNames,
        step: int,
        loss: float,
        after_step: bool,
        executed: list[nn.Module],
        before: dict[int, frozenset[int]],
        frame: FrameType | None,
        deep: bool,
        sourced: bool,
        holders: dict[int, int],
    ) -> None:
        self._holders = holders
        self._stream = stream
        self.stepped = False
        self.error: Exception | None = None
        self._step = step
        self._loss = loss
        self._after_step = after_step
        self._opaque = unreadable_parts(graph) if deep else graph.opaque
        self._dtype = graph.root.dtype
        self._brief = not deep
        self._loss_scale = loss_scale
        self._step_ratio: float | None = None
        self._cleared = False
        self._idle, self._aside = _idle_layers(executed, graph, before, names, frame)
        self._frozen = _frozen_layers(executed, names)
        # Between the thorough looks neither changes so much that it would be worth half a look.
        limit = SAMPLE if math.isfinite(loss) else EVERYTHING
        self._losses: tuple[Loss, ...] = ()
        self._data: tuple[DataInput, ...] = ()
        self._terms: tuple[Statistics | None, Crossed | None] = (None, None)
        if deep:
            try:
                self._losses = find_losses(graph, condensed, limit)
                self._data = find_data(condensed.drafts, limit)
                self._terms = weights_of_terms(graph.root), crossed_terms(graph.root)
            except Exception:  # noqa: BLE001  what is read of them is one part of a look among many
                self._opaque = (*self._opaque, "unread")
        self._activity = Activity(
            condensed, deep=deep, sourced=sourced, broken=not math.isfinite(loss)
        )
        self._snapshot = Snapshot(graph.leaves, names, condensed.columns, brief=not deep)
        self._activity.listen(condensed, self._fail)

    def _fail(self, error: Exception) -> None:
        self.error = error

    def quiet(self) -> None:
        self._activity.quiet()

    @property
    def heard_seconds(self) -> float:
        """What listening to the gradients took of the backward."""
        return self._activity.heard_seconds

    def after_backward(self) -> None:
        self._activity.quiet()
        if self.error is not None:
            raise self.error
        self._snapshot.read_gradients(self._holders)

    @unwarned
    def after_step(self, held: set[int], number: int) -> None:
        """An optimizer that holds these parameters (by id) has stepped."""
        if self._step_ratio is None:
            self._step_ratio = self._snapshot.step_ratio(held)
            self._cleared = not self._step_ratio and self._snapshot.is_cleared(held)
        if self._snapshot.read_updates(held, number):
            self.stepped = True

    @unwarned
    def read_rest(self) -> None:
        """The leaves that no optimizer holds, once the step is over."""
        self._snapshot.read_unheld()

    @unwarned
    def read_handwritten(self) -> None:
        """All leaves, where the user's own code moves them."""
        self.stepped = self._snapshot.read_updates(None, None)

    @property
    def moved(self) -> bool:
        """Whether any parameter was seen to move."""
        return self._snapshot.moved

    @unwarned
    def to_look(self, segment: int, optimizers: tuple[OptimizerLook, ...]) -> Look:
        """Describe all that was read; the tensors are asked no more: it may be later."""
        parameters = self._snapshot.looks()
        changes = [p.predicted_change for p in parameters if p.predicted_change is not None]
        return Look(
            segment=segment,
            stream=self._stream,
            step=self._step,
            loss=self._loss,
            dtype=self._dtype,
            loss_scale=self._loss_scale,
            stepped=self.stepped,
            after_step=self._after_step,
            predicted_change=sum(changes) / self._loss_scale if changes and self.stepped else None,
            gradient_norm=gradient_norm(parameters),
            operations=self._activity.operations(),
            losses=self._losses,
            data=self._data,
            parameters=parameters,
            optimizers=optimizers,
            opaque=self._opaque,
            executed_without_gradient=self._idle,
            aside=self._aside,
            frozen=self._frozen,
            crash=None,
            brief=self._brief,
            step_gradient_ratio=self._step_ratio,
            cleared=self._cleared,
            weighed=self._terms[0],
            crossed=self._terms[1],
        )


def _idle_layers(
    executed: list[nn.Module],
    graph: Graph,
    before: dict[int, frozenset[int]],
    names: LeafNames,
    frame: FrameType | None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Layers that ran, and own parameters that want gradients, none of which is in the graph; and
    those of them that branch off it.
    """
    in_graph = {id(leaf) for leaf in graph.leaves}
    wanting = [module for module in executed if _wanting(module)]
    idle = [m for m in wanting if in_graph.isdisjoint(map(id, _wanting(m)))]
    aside = layers_aside(idle, graph, before, frame) if idle else idle
    return _named(idle, names), _named(aside, names)


def _wanting(module: nn.Module) -> list[nn.Parameter]:
    """A module's own parameters that want gradients."""
    return [p for p in module.parameters(recurse=False) if p.requires_grad]


def _named(modules: list[nn.Module], names: LeafNames) -> tuple[str, ...]:
    return tuple(sorted(names.layers.get(id(_wanting(m)[0]), type(m).__name__) for m in modules))


def _frozen_layers(executed: list[nn.Module], names: LeafNames) -> tuple[str, ...]:
    """Layers that ran, and whose matrices want no gradient."""
    frozen: list[str] = []
    for module in executed:
        own = list(module.parameters(recurse=False))
        matrices = [p for p in own if p.dim() > 1]
        if matrices and not any(p.requires_grad for p in matrices):
            known = (names.layers[id(p)] for p in own if id(p) in names.layers)
            frozen.append(next(known, type(module).__name__))
    return tuple(dict.fromkeys(frozen))


@dataclass(frozen=True)
class CrashScene:
    """The graph that was alive where an exception was raised, and the tensors of the call that
    raised it.
    """

    graph: Graph
    frame: FrameType
    function: str
    fed: torch.Tensor
    target: torch.Tensor | None
    source: str | None
    message: str

    @unwarned
    def to_look(self, segment: int, names: LeafNames, step: int) -> Look:
        condensed = condense(self.graph, names)
        activity = Activity(condensed, deep=True, sourced=True)
        snapshot = Snapshot(self.graph.leaves, names, condensed.columns)
        snapshot.read_gradients({})
        loss = Loss(
            function=self.function,
            operation=-1,
            head=condensed.producer(self.graph.root),
            source=self.source,
            fed=describe(self.fed),
            fed_shape=tuple(self.fed.shape),
            prediction_shape=tuple(self.fed.shape),
            target=None if self.target is None else describe(self.target),
            target_shape=() if self.target is None else tuple(self.target.shape),
            target_dtype=None if self.target is None else dtype_name(self.target.dtype),
            row_sum=None,
            row_logsumexp=None,
            outer=False,
            whole=False,
        )
        return Look(
            segment=segment,
            stream=-1,
            step=step,
            loss=math.nan,
            dtype=self.graph.root.dtype,
            loss_scale=1.0,
            stepped=False,
            after_step=False,
            predicted_change=None,
            gradient_norm=None,
            operations=activity.operations(),
            losses=(loss,),
            data=find_data(condensed.drafts),
            parameters=snapshot.looks(),
            optimizers=(),
            opaque=self.graph.opaque,
            executed_without_gradient=(),
            crash=self.message,
        )


def examine_crash(exception: BaseException) -> CrashScene | None:
    """The scene of an exception that was raised inside a function of PyTorch which was given a
    tensor with a graph.
    """
    frames: list[tuple[FrameType, int]] = []
    trace = exception.__traceback__
    while trace is not None:
        frames.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    users = [(f, line) for f, line in frames if is_users(f.f_code.co_filename)]
    if not users:
        return None
    frame, line = users[-1]
    for candidate, _ in reversed(frames):
        fed = _argument(candidate, ("input", "self"))
        if (
            fed is not None
            and fed.grad_fn is not None
            and not is_users(candidate.f_code.co_filename)
        ):
            return CrashScene(
                graph=walk(fed.grad_fn),
                frame=frame,
                function=candidate.f_code.co_name,
                fed=fed,
                target=_argument(candidate, ("target",)),
                source=f"{frame.f_code.co_filename.rsplit('/', 1)[-1]}:{line}",
                message=f"{type(exception).__name__}: {exception}",
            )
    return None


def _argument(frame: FrameType, names: tuple[str, ...]) -> torch.Tensor | None:
    values = variables(frame)
    for name in names:
        if isinstance(values.get(name), torch.Tensor):
            return values[name]
    return None
