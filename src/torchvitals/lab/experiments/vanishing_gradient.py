"""Why the first layers of a deep net hardly learn: how fast its gradient vanishes, and the cures.

The net is 2-3-3-3-3-1 on two moons, its weights N(0, 0.01^2) and its biases 1, as in the text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from torchvitals.lab import initialisation as start
from torchvitals.lab.cures import PLATEAU, Outcome, Treatment, attempt, with_early_rates
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
from torchvitals.lab.figures import MARKERS
from torchvitals.lab.moons import Labelled, two_moons
from torchvitals.lab.slopes import (
    backward_norms,
    largest_share_of_bound,
    slope_at,
    steepest,
    typical_factor,
)
from torchvitals.lab.stacked import Stack, moons_for
from torchvitals.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

TEXT = {
    "sigmoid": (2.5e-11, 1.2e-8, 5.4e-6, 1.1e-3, 0.276),
    "relu": (1.7e-8, 1.4e-6, 1.1e-4, 9.5e-3, 0.392),
}
"""Norms of the gradient of fc1.weight to fc5.weight, as the text prints them."""
_SURE = 4.0
"""Standard deviations or errors."""
_FACTORS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    activation: str = knob("sigmoid", "The activation that is compared with ReLU.")
    depth: int = knob(5, "Linear layers.", least=3)
    width: int = knob(3, "Units of each hidden layer.", least=1)
    std: float = knob(0.01, "Standard deviation of the weights.", least=1e-6)
    bias: float = knob(1.0, "What every bias starts at.")
    lr: float = knob(0.1, "Rate of the treatments; Adam's is a tenth of it.", least=0.0)
    epochs: int = knob(600, "Epochs of each treatment.", quick=400, least=1)
    draws: int = knob(1000, "Networks whose gradients are measured.", quick=200, least=10)
    networks: int = knob(12, "Networks trained with each treatment.", quick=8, least=1)

    @property
    def widths(self) -> tuple[int, ...]:
        """Of the input, the hidden layers and the output."""
        return (2, *[self.width] * (self.depth - 1), 1)

    @property
    def is_text(self) -> bool:
        """Whether the network is the text's."""
        given = (self.activation, self.depth, self.width, self.std, self.bias)
        return given == ("sigmoid", 5, 3, 0.01, 1.0)

    @property
    def is_faint(self) -> bool:
        """Whether the weights are so small that every pre-activation is near its bias."""
        return self.std * math.sqrt(max(self.width, 2)) < 0.1


class VanishingGradient:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("The vanishing gradient: what each layer multiplies, and what cures it"),
            question=say(
                "In a net of five layers the gradient of the first is ten decades below that of "
                "the last. What shrinks it, and which of the usual cures makes the net learn?"
            ),
            prediction=say(
                "Each layer multiplies the gradient by the slope of its activation, at most 1/4 "
                "for a sigmoid, times the size of its weights. With weights of 0.01 the weights "
                "cost more than the sigmoid: ReLU alone cures nothing; what restores the scale "
                "(BatchNorm) or divides it out (Adam) does."
            ),
            decision=say(
                "The text's figures lie within 4 standard deviations of many draws of the same "
                "net; factors within 4 standard errors of theory; the bound holds at every point. "
                "A net has learnt if its loss falls below 0.9 ln 2, where a constant answer costs "
                "ln 2."
            ),
            budget=say("A thousand nets for the gradients, some 250 short trainings, one core."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        generator = torch.Generator().manual_seed(bench.seed)
        points = moons_for(range(bench.seed, bench.seed + parameters.draws))
        data = Labelled(points.inputs.double(), points.labels.double())
        measured = {
            name: _gradients(parameters, name, data, generator)
            for name in dict.fromkeys((parameters.activation, "relu"))
        }
        yield from _beside_the_text(parameters, measured)
        yield _norms_drawing(parameters, measured)
        yield from _why(parameters, measured, data, generator)
        yield from _shares(parameters, data, generator)
        yield from _as_created(bench, parameters, generator)
        yield from _cures(parameters, bench, generator)
        yield from _early_rates(parameters, bench, generator)


_Norms = tuple[list[Tensor], list[Tensor]]


def _gradients(
    parameters: Knobs,
    activation: str,
    data: Labelled,
    generator: torch.Generator,
    draw: start.Draw | None = None,
) -> _Norms:
    """Norms of weights' and biases' gradients, layer by layer: in float64, so that none is 0."""
    chosen = start.normal(parameters.std) if draw is None else draw
    stack = Stack(
        parameters.draws, parameters.widths, activation, chosen, parameters.bias, generator
    )
    return stack.double().differentiate(data)


def _typical(values: Tensor) -> float:
    return float(values.log().mean().exp())


def _beside_the_text(parameters: Knobs, measured: dict[str, _Norms]) -> Iterator[Part]:
    columns = [say("layer")]
    for name in measured:
        columns += [say("{name}, text", name=name), say("{name}, 5 to 95 %", name=name)]
    rows: list[list[str]] = []
    for layer in range(parameters.depth):
        row = [f"fc{layer + 1}.weight"]
        for name, (weights, _) in measured.items():
            low, high = weights[layer].quantile(torch.tensor([0.05, 0.95]).double()).tolist()
            known = parameters.is_text and name in TEXT
            row += [f"{TEXT[name][layer]:.2g}" if known else "", f"{low:.2g} – {high:.2g}"]
        rows.append(row)
    title = say("L2 norm of the gradient in the first epoch, over {n} draws", n=parameters.draws)
    yield Table(title, columns, rows)
    for name, (weights, _) in measured.items() if parameters.is_text else ():
        logs = [layer.log10() for layer in weights]
        far = [
            abs(math.log10(told) - float(log.mean())) / float(log.std())
            for told, log in zip(TEXT[name], logs, strict=True)
        ]
        yield Claim(
            say("The text's five norms with {name} are those of a typical draw", name=name),
            say("each within 4 standard deviations of log10"),
            say("the farthest at {far}", far=f"{max(far):.1f}"),
            max(far) < _SURE,
        )


def _why(
    parameters: Knobs, measured: dict[str, _Norms], data: Labelled, generator: torch.Generator
) -> Iterator[Part]:
    name, steep = parameters.activation, steepest(parameters.activation)
    few = Labelled(data.inputs[0, :64].float(), data.labels[0, :64].float())
    shares: list[float] = []
    for draw in (start.normal(parameters.std), start.xavier, start.normal(3.0)):
        stack = Stack(64, parameters.widths, name, draw, 0.0, generator)
        shares.append(largest_share_of_bound(stack, *few, steep))
    yield Claim(
        say(
            "No {name} layer passes back more than its weights' norm times {steep}: at any of 64 "
            "points, in nets of small, Xavier and large weights",
            name=name,
            steep=f"{steep:.4g}",
        ),
        say("at most 1 of the bound"),
        f"{max(shares):.4f}",
        0 < max(shares) < 1 + 1e-4,
    )
    for activation, (_, biases) in measured.items() if parameters.is_faint else ():
        expected = typical_factor(
            parameters.width, parameters.std, slope_at(activation, parameters.bias)
        )
        if expected == 0:
            continue
        logs = torch.stack([a.log() - b.log() for a, b in zip(biases, biases[1:], strict=False)])
        mean, error = float(logs.mean()), float(logs.std()) / math.sqrt(logs.numel())
        yield Claim(
            say(
                "With {name} a layer multiplies the gradient by std × slope({bias}) × chi",
                name=activation,
                bias=f"{parameters.bias:g}",
            ),
            f"{expected:.4g}",
            f"{math.exp(mean):.4g} ± {error * math.exp(mean):.2g}",
            abs(mean - math.log(expected)) < _SURE * error,
        )


def _shares(parameters: Knobs, data: Labelled, generator: torch.Generator) -> Iterator[Part]:
    """Which of the two, the activation or the scale, costs more."""
    rows: list[list[str]] = []
    decades: dict[tuple[str, str], float] = {}
    for name in dict.fromkeys((parameters.activation, "relu")):
        for scale, draw in (("N(0, std²)", None), ("Xavier", start.xavier)):
            _, biases = _gradients(parameters, name, data, generator, draw)
            live = (biases[0] > 0) & (biases[-1] > 0)
            lost = -math.log10(_typical((biases[0] / biases[-1])[live]))
            decades[name, scale] = lost / (parameters.depth - 1)
            rows.append([f"{name}, {scale}", f"{lost:.2f}", f"{decades[name, scale]:.2f}"])
    yield Table(
        say("Decades that the gradient loses from the last layer to the first"),
        [say("net"), say("in all"), say("a layer")],
        rows,
    )
    if not parameters.is_text:
        return
    sick = decades["sigmoid", "N(0, std²)"]
    by_scale, by_slope = sick - decades["sigmoid", "Xavier"], sick - decades["relu", "N(0, std²)"]
    expected = (math.log10(1 / math.sqrt(3) / 0.01), math.log10(1 / slope_at("sigmoid", 1.0)))
    yield Claim(
        say("The small weights cost more decades a layer than the sigmoid does"),
        "{:.2f} > {:.2f}".format(*expected),
        f"{by_scale:.2f}, {by_slope:.2f}",
        by_scale > by_slope,
    )


def _as_created(bench: Bench, parameters: Knobs, generator: torch.Generator) -> Iterator[Part]:
    """Thirty layers as PyTorch creates them: theory says 1 / sqrt(6) a layer."""
    networks, width, depth = parameters.draws // 10, 64, 30
    widths = (2, *[width] * depth, 1)
    stack = Stack(networks, widths, "relu", start.default, 0.0, generator)
    with torch.no_grad():
        for weight, bias in zip(stack.weights, stack.biases, strict=True):
            bound = 1 / math.sqrt(weight.shape[-1])
            bias.uniform_(-bound, bound, generator=generator)
    points = two_moons(bench.seed).train
    norms = backward_norms(stack.double(), points.inputs[:8].double(), points.labels[:8].double())
    squares = torch.stack([(norm**2).mean(dim=1) for norm in norms])
    factors = (squares[:-1] / squares[1:]).mean(dim=0)
    mean, error = float(factors.mean()), float(factors.std()) / math.sqrt(networks)
    yield Claim(
        say(
            "{depth} ReLU layers of {width}, as PyTorch creates them, keep 1/6 of the squared "
            "gradient each: deep_default_init.py, which is diagnosed below, is such a net",
            depth=depth,
            width=width,
        ),
        say("{factor} of the norm a layer (RMS)", factor=f"{math.sqrt(1 / 6):.4f}"),
        f"{math.sqrt(mean):.4f} ± {error / 2 / math.sqrt(mean):.4f}",
        abs(mean - 1 / 6) < _SURE * error,
    )


def _treatments(parameters: Knobs) -> list[Treatment]:
    name, bias, small = parameters.activation, parameters.bias, start.normal(parameters.std)
    return [
        Treatment("none", name, small, bias),
        Treatment("ReLU", "relu", small, bias),
        Treatment("Xavier", name, start.xavier, 0.0),
        Treatment("Kaiming + ReLU", "relu", start.kaiming, 0.0),
        Treatment("BatchNorm", name, small, bias, normalised=True),
        Treatment("BatchNorm + ReLU", "relu", small, bias, normalised=True),
        Treatment("residual", name, small, bias, residual=True),
        Treatment("residual + ReLU", "relu", small, bias, residual=True),
        Treatment("Adam", name, small, bias, adam=True),
        Treatment("Adam + ReLU", "relu", small, bias, adam=True),
    ]


def _cures(parameters: Knobs, bench: Bench, generator: torch.Generator) -> Iterator[Part]:
    moons = two_moons(bench.seed)
    outcomes: dict[str, Outcome] = {}
    for treatment in bench.track(_treatments(parameters), say("treatments")):
        steps = range(parameters.epochs)
        found = attempt(
            treatment,
            parameters.widths,
            (moons.train, moons.test),
            parameters.lr,
            steps,
            parameters.networks,
            generator,
        )
        outcomes[treatment.name] = found
    yield Table(
        say(
            "Each cure alone, {n} nets, {epochs} epochs of the full batch",
            n=parameters.networks,
            epochs=parameters.epochs,
        ),
        [
            say("treatment"),
            say("first / last gradient"),
            say("median loss"),
            say("learnt"),
            say("mean test accuracy"),
        ],
        [
            [
                name,
                f"{found.ratio:.1e}",
                f"{float(found.losses[-1].median()):.4f}",
                f"{found.left} / {parameters.networks}",
                f"{float(found.accuracy.mean()):.3f}",
            ]
            for name, found in outcomes.items()
        ],
    )
    yield _losses_drawing(outcomes)
    if not parameters.is_text or parameters.lr != 0.1 or parameters.epochs < 400:
        return
    for name, all_learn, claim in (
        ("none", False, say("Untreated, no net leaves the plateau of a constant answer")),
        (
            "ReLU",
            False,
            say("ReLU alone, the text's cure, lifts the gradient but no net off the plateau"),
        ),
        ("BatchNorm", True, say("BatchNorm, which gives each layer its scale back, cures every net")),
        ("Adam", True, say("Adam, which divides the gradient by its size, cures every net")),
    ):
        expected = parameters.networks if all_learn else 0
        found = outcomes[name].left
        of = parameters.networks
        yield Claim(claim, f"{expected} / {of}", f"{found} / {of}", found == expected)
    yield Remark(
        say(
            "A residual sum keeps the gradient alive too, but its sigmoid branch hardly varies "
            "with the input at these weights; Kaiming's scale is right for ReLU, yet of so narrow "
            "a net a share is born dead (see dead-relu). A good ratio is needed, and not enough."
        )
    )


def _early_rates(parameters: Knobs, bench: Bench, generator: torch.Generator) -> Iterator[Part]:
    """The exercise: rates that grow towards the input."""
    data = two_moons(bench.seed).train
    networks = parameters.networks
    treatment = Treatment("Xavier", parameters.activation, start.xavier, 0.0)
    losses, saturated = with_early_rates(
        treatment,
        parameters.widths,
        data,
        parameters.lr,
        bench.track(range(parameters.epochs), say("rates that grow towards the input")),
        networks,
        _FACTORS,
        generator,
    )
    learnt = (losses[-1] < PLATEAU).double().mean(dim=1)
    columns = [say("factor a layer"), say("learnt"), say("median loss"), say("highest loss")]
    columns += [say("saturated in fc{k}", k=k + 1) for k in range(len(saturated))]
    yield Table(
        say("A rate that grows by a factor with each layer towards the input (Xavier's weights)"),
        columns,
        [
            [
                f"{factor:g}",
                f"{round(float(learnt[k]) * networks)} / {networks}",
                f"{float(losses[-1, k].median()):.4f}",
                f"{float(losses[:, k].max()):.2f}",
                *(f"{float(layer[k]):.2f}" for layer in saturated),
            ]
            for k, factor in enumerate(_FACTORS)
        ],
    )
    yield _rates_drawing(losses, learnt)
    if not parameters.is_text or parameters.lr != 0.1 or parameters.epochs < 400:
        return
    best = int(learnt.argmax())
    error = math.sqrt(0.5 / networks)
    shares = (float(learnt[0]), float(learnt[best]), float(learnt[-1]))
    yield Claim(
        say("Larger rates for the early layers help, within a window: neither too small nor large"),
        say("learnt: more at a factor between than at 1 and at 300, by 2 standard errors"),
        "{:.2f}; {:.2f} at {:g}; {:.2f}".format(*shares[:2], _FACTORS[best], shares[2]),
        shares[1] - max(shares[0], shares[2]) > 2 * error,
    )
    early, late = float(saturated[1][-1]), float(saturated[-1][-1])
    yield Claim(
        say("Too large a factor overshoots where it is largest: early layers saturate, late ones not"),
        say("more units saturated in fc2 than in fc{k}", k=len(saturated)),
        f"{early:.2f}, {late:.2f}",
        early > late,
    )


def _norms_drawing(parameters: Knobs, measured: dict[str, _Norms]) -> Drawing:
    levels = torch.tensor([0.05, 0.5, 0.95], dtype=torch.float64)
    bands = {
        name: [layer.quantile(levels).tolist() for layer in weights]
        for name, (weights, _) in measured.items()
    }
    layers = [f"fc{k + 1}" for k in range(parameters.depth)]
    told = {name: TEXT[name] for name in measured if parameters.is_text and name in TEXT}

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for (name, band), marker in zip(bands.items(), MARKERS, strict=False):
            low, middle, high = zip(*band, strict=True)
            (line,) = axes.plot(layers, middle, marker=marker, label=f"{name}: median")
            axes.fill_between(layers, low, high, alpha=0.2, color=line.get_color(), linewidth=0)
            if name in told:
                label = f"{name}: the text"
                axes.plot(layers, told[name], "x", color="#000000", markersize=7, label=label)
        axes.set(yscale="log", xlabel="layer", ylabel="L2 norm of the weight's gradient")
        axes.legend(loc="lower right")

    data = {"layers": layers, "quantiles 5, 50, 95 %": bands, "text": told}
    caption = say("The gradient by layer over many draws: the band holds 90 % of them")
    return Drawing("gradients", caption, data, draw)


def _losses_drawing(outcomes: dict[str, Outcome]) -> Drawing:
    curves = {name: found.losses.median(dim=1).values.tolist() for name, found in outcomes.items()}

    def draw(canvas: Canvas) -> None:
        groups = [[n for n in curves if "ReLU" not in n], [n for n in curves if "ReLU" in n]]
        panels = canvas.subplots(1, 2, sharey=True)
        for axes, names, title in zip(panels, groups, ("without ReLU", "with ReLU"), strict=True):
            for name, marker in zip(names, MARKERS, strict=False):
                epochs = range(1, len(curves[name]) + 1)
                every = max(1, len(epochs) // 6)
                axes.plot(epochs, curves[name], marker=marker, markevery=every, label=name)
            axes.axhline(math.log(2), linestyle=":", color="#000000", linewidth=1)
            axes.set(xlabel="epoch", title=title, ylim=(0, 0.95))
            axes.legend(loc="lower left", fontsize=8)
        panels[0].set(ylabel="median training loss (nats)")

    caption = say("Each cure against the others; dotted: ln 2, the loss of a constant answer")
    return Drawing("cures", caption, curves, draw, (8.2, 4.2))


def _rates_drawing(losses: Tensor, learnt: Tensor) -> Drawing:
    data = {
        "factor": list(_FACTORS),
        "learnt": learnt.tolist(),
        "loss": losses[-1].tolist(),
    }

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for factor, row in zip(_FACTORS, data["loss"], strict=True):
            axes.plot([factor] * len(row), row, "o", color="#0072B2", alpha=0.45, markersize=5)
        middle = losses[-1].median(dim=1).values.tolist()
        axes.plot(_FACTORS, middle, "s-", color="#D55E00", label="median")
        axes.axhline(math.log(2), linestyle=":", color="#000000", linewidth=1, label="ln 2")
        axes.set(xscale="log", xlabel="factor of the rate, a layer towards the input")
        axes.set(ylabel="training loss at the end (nats), a dot a net", ylim=(0, 0.85))
        axes.legend(loc="lower right")

    caption = say("Larger rates for the early layers: a window, and overshoot beyond it")
    return Drawing("early_rates", caption, data, draw)


EXPERIMENT = VanishingGradient()
