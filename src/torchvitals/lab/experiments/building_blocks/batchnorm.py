"""What BatchNorm does to activations, and leaves alone: over the batch, and in each mode."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from torchvitals.lab.blocks import mlp, seeded
from torchvitals.lab.experiment import Claim, Drawing, Part, Remark
from torchvitals.lab.experiments.building_blocks.knobs import LIMIT, ROUNDING, Knobs
from torchvitals.lab.figures import COLOURS
from torchvitals.lab.moons import Moons
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def normalised(generator: torch.Generator) -> Iterator[Part]:
    """The numbers before and behind a BatchNorm."""
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
        abs(float(y.mean())) < ROUNDING and abs(float(y.std(correction=0)) - 1) < ROUNDING,
    )
    outside = float(((y < 0) | (y > 1)).double().mean())
    expected = 1 - math.erf(1 / math.sqrt(2)) / 2
    error = LIMIT * math.sqrt(expected * (1 - expected) / samples)
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
        abs(float(y.mean()) - 3) < ROUNDING and abs(float(y.std(correction=0)) - 2) < ROUNDING,
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


def untouched(knobs: Knobs, moons: Moons, seed: int) -> Iterator[Part]:
    """What becomes of the parameters: nothing."""
    with seeded(seed):
        model = mlp(knobs.dropout)
        before = {name: value.clone() for name, value in model.named_parameters()}
        model(moons.train.inputs)
    after = dict(model.named_parameters())
    changed = sum(not torch.equal(before[name], after[name]) for name in before)
    weights = torch.cat([p.detach().flatten() for p in before.values() if p.dim() == 2])
    share = float(((weights < 0) | (weights > 1)).double().mean())
    error = LIMIT * 0.5 / math.sqrt(len(weights))
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


def batch_and_mode(generator: torch.Generator) -> Iterator[Part]:
    """What eval mode answers by, and what train mode does."""
    layer = nn.BatchNorm1d(1)
    batch = 5 + 3 * torch.randn(256, 1, generator=generator)
    far = float((layer.eval()(batch).detach() - batch).abs().max() / batch.abs().max())
    yield Claim(
        say("In eval mode a new BatchNorm does nothing: its statistics are mean 0, variance 1"),
        say("changed by less than {share}", share=f"{ROUNDING:g}"),
        say("changed by {share}", share=f"{far:.1e}"),
        far < ROUNDING,
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
        abs(learned - 1 + 0.9**passes) < ROUNDING,
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


def small_batches(generator: torch.Generator) -> Iterator[Part]:
    """Batches of 2 and of 1."""
    layer = nn.BatchNorm1d(8)
    two = 10 * torch.randn(2, 8, generator=generator)
    # eps pulls a pair that lies close together away from 1; such are left out
    apart = (two[0] - two[1]).abs() > 2
    away = float((layer(two).detach().abs() - 1).abs()[:, apart].max()) if apart.any() else 0.0
    yield Claim(
        say("In a batch of 2 all that is left of an activation is its sign: +1 or -1"),
        say("within {share}", share=f"{ROUNDING:g}"),
        f"{away:.1e}",
        away < ROUNDING,
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
