"""Linear, ReLU, BatchNorm and Dropout: what goes in, what comes out, and in which mode."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from torchvitals.lab.blocks import HIDDEN, Losses, losses, mlp, seeded, train
from torchvitals.lab.experiment import (
    Bench,
    Claim,
    Drawing,
    Parameters,
    Part,
    Plan,
    Remark,
    Table,
    knob,
)
from torchvitals.lab.figures import COLOURS, MARKERS
from torchvitals.lab.moons import Moons, two_moons
from torchvitals.lab.norm_growth import (
    BATCHNORM_FACTOR,
    WAYS,
    factor,
    residual_factor,
    squared_gradients,
)
from torchvitals.lab.runner import Runner
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_LIMIT = 4.0
"""Standard errors that a claim allows: chance exceeds them once in 16,000."""
_MANY = 1_000_000
_ROUNDING = 1e-4
_MOST = 0.99
"""Of Dropout: what is beyond leaves too little to measure."""
_LEAST_WIDTH, _LEAST_DEPTH = 128, 8
"""Narrower nets, and shorter ones, have more noise than the 4 % of the growth's claims."""


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    dropout: float = knob(0.3, "Share of the activations that Dropout zeroes.", least=0.0)
    batch: int = knob(64, "Samples of a batch of the small net.", least=2)
    epochs: int = knob(40, "Of training on two moons.", quick=15, least=1)
    depth: int = knob(24, "Layers of the deep nets.", quick=16, least=4)
    width: int = knob(
        256, "Units of a layer of the deep nets, and samples of their batch.", least=8
    )


class BuildingBlocks:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("Building blocks: what BatchNorm and Dropout do, and in which mode"),
            question=say(
                "Linear, ReLU, BatchNorm and Dropout in one net: which shapes pass, what does each "
                "block do to the numbers, and what changes between train and eval mode?"
            ),
            prediction=say(
                "BatchNorm gives each activation mean 0 and variance 1 over the batch, touches no "
                "parameter and knows no [0, 1]; Dropout keeps the mean; eval mode makes both fixed "
                "functions of one sample. In deep plain nets BatchNorm makes gradients explode."
            ),
            decision=say(
                "Exact quantities agree to float32's rounding, sampled ones within 4 standard "
                "errors, the growth of gradients within 4 % a layer."
            ),
            budget=say("Seconds on one core, in float32."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        if not parameters.dropout <= _MOST:
            raise ValueError(
                f"Expected dropout to be at most {_MOST} but got {parameters.dropout:g}."
            )
        generator = torch.Generator().manual_seed(bench.seed)
        moons = two_moons(bench.seed)
        if parameters.batch > len(moons.train.labels):
            raise ValueError(f"Expected batch to be at most 640 but got {parameters.batch}.")
        yield from _shapes(parameters, bench.seed)
        yield from _normalised(generator)
        yield from _untouched(parameters, moons, bench.seed)
        yield from _batch_and_mode(generator)
        yield from _small_batches(generator)
        yield from _dropped(parameters.dropout, bench.seed)
        yield from _modes(parameters, moons, bench)
        yield from _forgotten(parameters, moons, bench.seed)
        yield from _deep(parameters, generator, bench)


def _shapes(knobs: Knobs, seed: int) -> Iterator[Part]:
    with seeded(seed):
        model = mlp(knobs.dropout)
    shapes: list[tuple[int, ...]] = [(knobs.batch, 2)]
    rows: list[Sequence[str]] = [(say("input"), str(shapes[0]), "0")]
    signal = torch.zeros(shapes[0])
    changing: set[str] = set()
    for block in model.eval():
        signal = block(signal).detach()
        shapes.append(tuple(signal.shape))
        name, count = type(block).__name__, sum(p.numel() for p in block.parameters())
        changing |= {name} if shapes[-1] != shapes[-2] else set()
        rows.append((name, str(shapes[-1]), str(count)))
    yield Table(
        say("Shapes on the way, for a batch of {batch}", batch=knobs.batch),
        [say("block"), say("output shape"), say("parameters")],
        rows,
    )
    yield Claim(
        say("Only Linear changes the shape: the rest work on each number, or each column"),
        "Linear",
        ", ".join(sorted(changing)),
        changing == {"Linear"},
    )
    widths = (2, *HIDDEN, 1)
    linear = sum(a * b + b for a, b in pairwise(widths))
    count = sum(parameter.numel() for parameter in model.parameters())
    yield Claim(
        say("Its parameters are n_in n_out + n_out of each Linear and 2 n of each BatchNorm"),
        f"{linear} + {2 * sum(HIDDEN)} = {linear + 2 * sum(HIDDEN)}",
        str(count),
        count == linear + 2 * sum(HIDDEN),
    )


def _normalised(generator: torch.Generator) -> Iterator[Part]:
    yield Remark(
        say(
            "The text says that BatchNorm normalises the parameters into [0, 1]. It does neither: "
            "what it normalises are activations, each over the batch, and to mean 0 and variance "
            "1, then scaled by γ and shifted by β. The numbers:"
        )
    )
    samples = 100_000
    x = 5 + 3 * torch.randn(samples, 1, generator=generator)
    layer = nn.BatchNorm1d(1)
    y = layer(x).detach()
    yield Claim(
        say("Activations of mean 5 and deviation 3 leave with mean 0 and deviation 1"),
        "0.0000, 1.0000",
        f"{abs(float(y.mean())):.4f}, {float(y.std(correction=0)):.4f}",
        abs(float(y.mean())) < _ROUNDING and abs(float(y.std(correction=0)) - 1) < _ROUNDING,
    )
    outside = float(((y < 0) | (y > 1)).double().mean())
    expected = 1 - math.erf(1 / math.sqrt(2)) / 2
    error = _LIMIT * math.sqrt(expected * (1 - expected) / samples)
    yield Claim(
        say("Of these, the normal distribution puts two thirds outside [0, 1]"),
        f"{expected:.4f} ± {error:.4f}",
        f"{outside:.4f}",
        abs(outside - expected) < error,
    )
    nn.init.constant_(layer.weight, 2.0)
    nn.init.constant_(layer.bias, 3.0)
    y = layer(x).detach()
    yield Claim(
        say("Scale γ = 2 and shift β = 3 make it mean 3 and deviation 2"),
        "3.0000, 2.0000",
        f"{float(y.mean()):.4f}, {float(y.std(correction=0)):.4f}",
        abs(float(y.mean()) - 3) < _ROUNDING and abs(float(y.std(correction=0)) - 2) < _ROUNDING,
    )
    edges = [k / 4 for k in range(-24, 65)]
    data = {
        "edges": edges,
        "before": _density(x, edges),
        "normalised": _density((y - 3) / 2, edges),
    }
    caption = say("What BatchNorm does to an activation: [0, 1], shaded, plays no part in it")
    yield Drawing("batchnorm", caption, data, _batchnorm_drawn(data))


def _density(values: Tensor, edges: list[float]) -> list[float]:
    bins = torch.tensor(edges)
    counts = torch.histogram(values.flatten(), bins).hist
    return (counts / values.numel() / (edges[1] - edges[0])).tolist()


def _batchnorm_drawn(data: dict[str, list[float]]) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        axes.axvspan(0, 1, color="#000000", alpha=0.12, linewidth=0)
        for k, name in enumerate(("before", "normalised")):
            label = ("before: mean 5, deviation 3", "after: mean 0, deviation 1")[k]
            style, colour = ("--", "-")[k], COLOURS[k]
            axes.stairs(data[name], data["edges"], ls=style, color=colour, label=label)
        axes.annotate("[0, 1]", (0.5, 0.43), ha="center", fontsize=9)
        axes.set(xlabel="activation", ylabel="density", xlim=(-6, 16), ylim=(0, 0.46))
        axes.legend(loc="upper right")

    return draw


def _untouched(knobs: Knobs, moons: Moons, seed: int) -> Iterator[Part]:
    with seeded(seed):
        model = mlp(knobs.dropout)
        before = {name: value.clone() for name, value in model.named_parameters()}
        model(moons.train.inputs)
    after = dict(model.named_parameters())
    changed = sum(not torch.equal(before[name], after[name]) for name in before)
    weights = torch.cat([p.detach().flatten() for p in before.values() if p.dim() == 2])
    share = float(((weights < 0) | (weights > 1)).double().mean())
    error = _LIMIT * 0.5 / math.sqrt(len(weights))
    yield Claim(
        say("A pass through BatchNorm changes no parameter, to the bit"),
        say("{changed} of {all} tensors", changed=0, all=len(before)),
        say("{changed} of {all} tensors", changed=changed, all=len(before)),
        changed == 0,
    )
    yield Claim(
        say("The weights around it stay where they were: half of them below 0"),
        say("share outside [0, 1]: {share}", share=f"0.500 ± {error:.3f}"),
        say("share outside [0, 1]: {share}", share=f"{share:.3f}"),
        abs(share - 0.5) < error,
    )


def _batch_and_mode(generator: torch.Generator) -> Iterator[Part]:
    layer = nn.BatchNorm1d(1)
    batch = 5 + 3 * torch.randn(256, 1, generator=generator)
    far = float((layer.eval()(batch).detach() - batch).abs().max() / batch.abs().max())
    yield Claim(
        say("In eval mode a new BatchNorm does nothing: its statistics are mean 0, variance 1"),
        say("changed by less than {share}", share=f"{_ROUNDING:g}"),
        say("changed by {share}", share=f"{far:.1e}"),
        far < _ROUNDING,
    )
    passes = 44
    layer.train()
    for _ in range(passes):
        layer(batch)
    mean = layer.running_mean
    learned = float(mean / batch.mean()) if mean is not None else math.nan
    yield Claim(
        say("Its running mean needs {count} batches to forget the start to 1 %", count=passes),
        f"1 - 0.9^{passes} = {1 - 0.9**passes:.4f}",
        f"{learned:.4f}",
        abs(learned - 1 + 0.9**passes) < _ROUNDING,
    )
    others = [torch.randn(7, 1, generator=generator) for _ in range(2)]

    def answers() -> list[float]:
        return [float(layer(torch.cat((batch[:1], rest)))[0, 0].detach()) for rest in others]

    trained = answers()
    layer.eval()
    evaluated = answers()
    yield Claim(
        say(
            "In train mode the answer for one sample depends on its batch, in eval mode it does not"
        ),
        say("train: two answers; eval: one"),
        say(
            "train: {first}, {second}; eval: {third}, {fourth}",
            first=f"{trained[0]:.3f}",
            second=f"{trained[1]:.3f}",
            third=f"{evaluated[0]:.3f}",
            fourth=f"{evaluated[1]:.3f}",
        ),
        trained[0] != trained[1] and evaluated[0] == evaluated[1],
    )


def _small_batches(generator: torch.Generator) -> Iterator[Part]:
    layer = nn.BatchNorm1d(8)
    two = 10 * torch.randn(2, 8, generator=generator)
    # eps pulls a pair that lies close together away from 1; such are left out
    apart = (two[0] - two[1]).abs() > 2
    away = float((layer(two).detach().abs() - 1).abs()[:, apart].max()) if apart.any() else 0.0
    yield Claim(
        say("In a batch of 2 all that is left of an activation is its sign: +1 or -1"),
        say("within {share}", share=f"{_ROUNDING:g}"),
        f"{away:.1e}",
        away < _ROUNDING,
    )
    try:
        layer(two[:1])
    except ValueError as error:
        said = str(error).split(" when")[0]
    else:
        said = "-"
    yield Claim(
        say("A batch of 1 has no variance, and PyTorch refuses it"),
        "Expected more than 1 value per channel",
        said,
        said == "Expected more than 1 value per channel",
    )


def _dropped(p: float, seed: int) -> Iterator[Part]:
    if p == 0:
        return
    with seeded(seed):
        x = torch.relu(torch.randn(_MANY))
        layer = nn.Dropout(p)
        y = layer(x)
        ones = layer(torch.ones(_MANY))
    zeros = float((ones == 0).double().mean())
    error = _LIMIT * math.sqrt(p * (1 - p) / _MANY)
    yield Claim(
        say("In train mode Dropout zeroes its share, and scales the rest by 1 / (1 - p)"),
        f"{p:.4f} ± {error:.4f}; {1 / (1 - p):.4f}",
        f"{zeros:.4f}; {float(ones.max()):.4f}",
        abs(zeros - p) < error and math.isclose(float(ones.max()), 1 / (1 - p), rel_tol=1e-6),
    )
    mean, share = float(y.mean() / x.mean()), float(y.square().mean() / x.square().mean())
    allowed = _LIMIT * float((y - x).std() / x.mean()) / math.sqrt(_MANY)
    noise = _LIMIT * float((y.square() - x.square()).std() / x.square().mean()) / math.sqrt(_MANY)
    yield Claim(
        say("So the mean is kept, but the mean square grows by 1 / (1 - p)"),
        f"1.0000 ± {allowed:.4f}; {1 / (1 - p):.4f} ± {noise:.4f}",
        f"{mean:.4f}; {share:.4f}",
        abs(mean - 1) < allowed and abs(share - 1 / (1 - p)) < noise,
    )
    same = torch.equal(layer.eval()(x), x)
    yield Claim(
        say("In eval mode it is the identity, to the bit"),
        say("the same"),
        say("the same" if same else "another"),
        same,
    )
    yield _shift(p, x, y)


def _shift(p: float, x: Tensor, y: Tensor) -> Claim:
    square, mean = 0.5, 1 / math.sqrt(2 * math.pi)
    expected = (square / (1 - p) - mean**2) / (square - mean**2)
    ratio = float(y.var() / x.var())
    relative = math.hypot(*(float(((v - v.mean()) ** 2).std() / v.var()) for v in (x, y)))
    error = _LIMIT * expected * relative / math.sqrt(_MANY)
    return Claim(
        say(
            "Dropout before BatchNorm shifts the variance that it has learned: train over eval, "
            "for ReLU"
        ),
        f"{expected:.3f} ± {error:.3f}",
        f"{ratio:.3f}",
        abs(ratio - expected) < error,
    )


def _modes(knobs: Knobs, moons: Moons, bench: Bench) -> Iterator[Part]:
    kinds = {
        "neither": (False, False),
        "BatchNorm": (True, False),
        "Dropout": (False, True),
        "both": (True, True),
    }
    found: dict[str, Losses] = {}
    for kind in bench.track(list(kinds), say("training on two moons")):
        normal, drop = kinds[kind]
        with seeded(bench.seed):
            model = mlp(knobs.dropout, batchnorm=normal, dropout=drop)
            train(model, moons.train, knobs.epochs, knobs.batch)
            found[kind] = losses(model, moons.train, 50)
    means = {kind: sum(seen.train) / len(seen.train) for kind, seen in found.items()}
    rows = [(k, f"{means[k]:.4f}", f"{seen.evaluated:.4f}") for k, seen in found.items()]
    yield Table(
        say(
            "Loss of the same weights on the same data, after {epochs} epochs", epochs=knobs.epochs
        ),
        [say("net"), say("train mode"), say("eval mode")],
        rows,
    )
    plain = found["neither"]
    yield Claim(
        say("Without BatchNorm and Dropout the modes are one, to the bit"),
        f"{plain.evaluated:.6f}",
        f"{max(plain.train, key=lambda loss: abs(loss - plain.evaluated)):.6f}",
        set(plain.train) == {plain.evaluated},
    )
    if knobs.dropout >= 0.05 and knobs.epochs >= 5:
        noisy = torch.tensor(found["Dropout"].train, dtype=torch.float64)
        error = float(noisy.std()) / math.sqrt(len(noisy))
        lowest = float(noisy.mean()) - _LIMIT * error
        yield Claim(
            say("With Dropout the loss in train mode is the higher one: the net works crippled"),
            f"> {found['Dropout'].evaluated:.4f}",
            f"{float(noisy.mean()):.4f} ± {_LIMIT * error:.4f}",
            lowest > found["Dropout"].evaluated,
        )
    data = {k: {"train": seen.train, "eval": seen.evaluated} for k, seen in found.items()}

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for place, seen in enumerate(found.values()):
            spread = [place - 0.16 + 0.08 * (i % 5 - 2) / 2 for i in range(len(seen.train))]
            label = ("train mode, 50 passes", "eval mode") if place == 0 else (None, None)
            axes.plot(spread, seen.train, "o", ms=4, alpha=0.5, color=COLOURS[0], label=label[0])
            axes.plot([place + 0.16], [seen.evaluated], "s", ms=8, color=COLOURS[1], label=label[1])
        axes.set_xticks(range(len(found)), list(found))
        axes.set(ylabel="binary cross-entropy (nats)", xlim=(-0.5, 3.5))
        axes.set_ylim(bottom=0)
        axes.legend(loc="upper left")

    caption = say("Loss of the same trained weights, in train and in eval mode")
    yield Drawing("modes", caption, data, draw)


def _forgotten(knobs: Knobs, moons: Moons, seed: int) -> Iterator[Part]:
    yield Remark(
        say(
            "The text's runner calls model.eval() to evaluate after each epoch, and never "
            "model.train() again: from the second epoch on it trains in eval mode. The lab's "
            "runner returns to the mode it found."
        )
    )
    counted: dict[str, int] = {}
    silent: dict[str, int] = {}
    for name in ("returns", "forgets"):
        with seeded(seed):
            model = mlp(knobs.dropout)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            off: list[bool] = []

            def look(runner: Runner, off: list[bool] = off) -> None:
                off.append(
                    not any(
                        isinstance(m, nn.Dropout) and m.training for m in runner.model.modules()
                    )
                )

            runner = Runner(model, optimizer, binary_cross_entropy_with_logits, between=look)
            for _ in range(knobs.epochs):
                runner.train(moons.train, moons.dev, 1)
                model.train(name == "returns")
        layer = model[2]
        assert isinstance(layer, nn.BatchNorm1d)
        assert layer.num_batches_tracked is not None
        counted[name], silent[name] = int(layer.num_batches_tracked), sum(off)
    yield Claim(
        say(
            "The forgetful one stops BatchNorm's statistics after the first of {n}", n=knobs.epochs
        ),
        say("batches counted: {good}; forgetful: {bad}", good=knobs.epochs, bad=1),
        say(
            "batches counted: {good}; forgetful: {bad}",
            good=counted["returns"],
            bad=counted["forgets"],
        ),
        counted == {"returns": knobs.epochs, "forgets": 1},
    )
    yield Claim(
        say("And it turns Dropout off in all epochs but the first"),
        say("epochs without Dropout: {good}; forgetful: {bad}", good=0, bad=knobs.epochs - 1),
        say(
            "epochs without Dropout: {good}; forgetful: {bad}",
            good=silent["returns"],
            bad=silent["forgets"],
        ),
        silent == {"returns": 0, "forgets": knobs.epochs - 1},
    )


def _deep(knobs: Knobs, generator: torch.Generator, bench: Bench) -> Iterator[Part]:
    width, depth = knobs.width, knobs.depth
    squares: dict[str, list[float]] = {}
    for way in bench.track(WAYS, say("deep nets")):
        squares[way] = squared_gradients(way, width, depth, width, generator)
    rows = [(way, f"{factor(found):.4f}") for way, found in squares.items()]
    yield Table(
        say("Growth of the squared gradient a layer, on its way back through a new ReLU net"),
        [say("normalisation"), say("factor")],
        rows,
    )
    if width >= _LEAST_WIDTH and depth >= _LEAST_DEPTH:
        yield from _growth_claims(squares, width, depth)

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        layers = range(1, depth + 1)
        theory = [BATCHNORM_FACTOR ** (depth - layer) for layer in layers]
        axes.plot(layers, theory, "--", color="#000000", linewidth=1, label="(π / (π - 1)) a layer")
        for k, (way, found) in enumerate(squares.items()):
            line = [value / found[-1] for value in found]
            axes.plot(layers, line, MARKERS[k] + "-", markersize=4.5, color=COLOURS[k], label=way)
        axes.set(yscale="log", xlabel="layer", ylabel="squared gradient, of the last layer's")
        axes.legend(loc="upper right", fontsize=8.5)

    caption = say("At the start of training BatchNorm alone makes gradients explode backwards")
    yield Drawing("growth", caption, {"squares": squares, "factor": BATCHNORM_FACTOR}, draw)


def _growth_claims(squares: dict[str, list[float]], width: int, depth: int) -> Iterator[Part]:
    seen = factor(squares["BatchNorm"])
    yield Claim(
        say("BatchNorm in a deep plain net: the squared gradient grows by π / (π - 1) a layer"),
        f"{BATCHNORM_FACTOR:.4f} ± 4 %",
        f"{seen:.4f}",
        abs(seen / BATCHNORM_FACTOR - 1) < 0.04,
    )
    # 5 / n a layer is the variance of ln |g|^2 (Hanin and Nica 2018)
    noise = math.exp(_LIMIT * math.sqrt(5 / width / (depth - 3))) - 1
    for way in ("none", "LayerNorm"):
        seen = factor(squares[way])
        yield Claim(
            say("With Kaiming's start and {way} it stays", way=way)
            if way != "none"
            else say("With Kaiming's start and no normalisation it stays"),
            f"1 ± {noise:.3f}",
            f"{seen:.4f}",
            abs(seen - 1) < noise,
        )
    seen, expected = factor(squares["BatchNorm, residual"]), residual_factor(depth)
    yield Claim(
        say("Residual connections cure it: growth is now a power of the depth, no exponential"),
        f"{expected:.4f} ± 4 %",
        f"{seen:.4f}",
        abs(seen / expected - 1) < 0.04,
    )


EXPERIMENT = BuildingBlocks()
