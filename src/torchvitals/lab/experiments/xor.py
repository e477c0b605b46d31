"""XOR and the dead node: every case of a 2-2-1 net with a ReLU on its output, counted.

The eight cases seen by hand, the open questions and the exercises are those of a teaching text; the
counts that this run agrees with are in theory.md, section 12.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from torchvitals.lab.ensemble import Plan as Where
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
from torchvitals.lab.xor_census import ENDINGS, TENSORS, Case, Census, Cure, Share, census, cures
from torchvitals.lab.xor_questions import (
    ReluSlopes,
    bias_decay,
    crash_alone,
    dead_hidden_gradients,
    recreated,
    relu_slopes,
)
from torchvitals.words import Words, listed, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_ERRORS = 4.0
"""Standard errors that chance explains."""
_DEAD, _CRASHED = (0.42841, 0.00049), (0.02667, 0.00016)
"""Of a million networks, with standard errors."""
_SOLVED = {2: (0.236, 0.0042), 3: (0.4755, 0.008), 4: (0.6757, 0.008), 8: (0.9627, 0.008)}
"""By hidden units: sigmoid output, Adam 0.01, 3000 steps, with (bounds of) standard errors."""
_STUCK = {"crashed": 0.3088, "dead": 0.4489}
_STUCK_NETWORKS = 10_000
"""Of the ReLU output under the same training."""
_CURE_STEPS = 3000
_NAMES: dict[str, Words] = {
    "solved": say("solved"),
    "crashed": say("crashed"),
    "output dead": say("output dead"),
    "output clamped": say("output clamped"),
    "hidden dead": say("hidden dead"),
    "ln 2": say("stuck at ln 2"),
    "elsewhere": say("elsewhere"),
}
_SIGNS: dict[str, Words] = {
    "all +": say("all +"),
    "mixed": say("mixed"),
    "all -": say("all -"),
}
_CURES: dict[str, Words] = {
    "none": say("as in the text"),
    "sigmoid output": say("sigmoid output"),
    "logits": say("logits"),
    "hidden LeakyReLU": say("hidden LeakyReLU"),
    "hidden ELU": say("hidden ELU"),
    "all ELU": say("ELU on both layers"),
    "16 hidden units": say("16 hidden units"),
    "logits, hidden LeakyReLU": say("logits, hidden LeakyReLU"),
    "logits, hidden ELU": say("logits, hidden ELU"),
    **{
        f"logits, {width} hidden units": say("logits, {width} hidden units", width=width)
        for width in (3, 4, 8, 16)
    },
}


@dataclass(frozen=True)
class Knobs(Parameters):
    """What a reader may turn."""

    networks: int = knob(100_000, "Initialisations counted.", quick=10_000, least=1000)
    steps: int = knob(200, "Steps of each training of the census.", least=1)
    trials: int = knob(1000, "Networks trained for each cure.", quick=200, least=150)


class Xor:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("XOR and the dead node: a census"),
            question=say(
                "A 2-2-1 net with ReLU on both layers is trained on XOR by BCELoss. By hand, eight "
                "cases were seen: parts that never move, a loss of 50.0 for ever, a crash. What "
                "are all the cases, how likely is each, and what cures them?"
            ),
            prediction=say(
                "A dead output passes no gradient, so its loss is 2 * 100 / 4 = 50 for ever: so "
                "begin 0.428 of all networks; 0.027 crash at once. None is solved for good: the "
                "gradient -1 / p pushes a right answer of 1 through 1, and BCELoss raises. The "
                "fault is the output's activation, so logits cure it and ELU does not."
            ),
            decision=say(
                "A share agrees if it is within 4 standard errors, both counts' errors together. "
                "What is said to move or not to move does so in every network of its case."
            ),
            budget=say("100,000 trainings of 200 steps, and 13,000 of 3000: a minute on one core."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        where = Where(device=bench.device)
        found = census(parameters.networks, bench.seed, steps=parameters.steps, plan=where)
        yield _case_table(found)
        yield _finer_table(found)
        yield from _start_claims(found)
        yield from _dead_claims(found)
        yield _case_drawing(found)
        yield from _questions(found, bench.seed)
        yield from _recreated(bench.seed, where)
        yield from _exercise(bench.seed, where)
        tried = cures(parameters.trials, bench.seed, steps=_CURE_STEPS, plan=where)
        yield _cure_table(tried)
        yield from _cure_claims(tried)
        yield _cure_drawing(tried)

    def measure(self, parameters: Knobs, seed: int) -> Mapping[str, float]:
        """Shares of the census, with their errors."""
        found = census(parameters.networks, seed, steps=parameters.steps)
        shares = {"dead at start": found.dead_at_start, "crashed at start": found.crashed_at_start}
        shares |= dict(zip(ENDINGS, found.endings, strict=True))
        return {
            key: value
            for name, share in shares.items()
            for key, value in ((name, share.value), (f"{name}, error", share.error))
        }


def _shown(share: Share) -> str:
    return f"{share.value:.4f} ± {share.error:.4f}"


def _moves(case: Case) -> Words | str:
    """The tensors that the first step moves, with the part of the networks where not in all."""
    if case.moved_first is None:
        return say("crashes first")
    names = [
        name if share.count == share.total else f"{name} ({share.value:.2f})"
        for name, share in zip(TENSORS, case.moved_first, strict=True)
        if share.count
    ]
    if len(names) == len(TENSORS) and all(s.count == s.total for s in case.moved_first):
        return say("all")
    return ", ".join(names) if names else say("nothing")


def _ends(case: Case) -> Words | str:
    parts = [
        _NAMES[name] + f" {share.value:.2f}"
        for name, share in zip(ENDINGS, case.endings, strict=True)
        if share.value >= 0.005
    ]
    return listed(parts, ", ")


def _case_table(found: Census) -> Table:
    return Table(
        say(
            "The eight cases, by the signs of all inputs of the ReLUs: {networks} networks",
            networks=f"{found.networks:,}",
        ),
        [
            say("hidden"),
            say("output"),
            say("probability"),
            say("the first step moves"),
            say("after {steps} steps", steps=found.steps),
        ],
        [
            [
                _SIGNS[case.hidden],
                _SIGNS[case.output],
                _shown(case.share),
                _moves(case),
                _ends(case),
            ]
            for case in found.cases
        ],
    )


def _finer_table(found: Census) -> Table:
    return Table(
        say(
            "There are other cases: {count}, by how many questions each unit is on for; the ten "
            "most frequent",
            count=len(found.finer),
        ),
        [say("each hidden unit"), say("output"), say("probability"), say("the first step moves")],
        [
            [
                " + ".join(str(on) for on in case.units or ()),
                str(case.outputs_on),
                _shown(case.share),
                _moves(case),
            ]
            for case in found.finer[:10]
        ],
    )


def _agrees(claim: Words, expected: tuple[float, float], share: Share) -> Claim:
    chance, error = expected
    own = math.sqrt(chance * (1.0 - chance) / share.total)
    allowed = _ERRORS * math.hypot(error, own)
    return Claim(
        claim,
        f"{chance:.4f} ± {allowed:.4f}",
        _shown(share),
        abs(share.value - chance) <= allowed,
    )


def _start_claims(found: Census) -> Iterator[Part]:
    yield _agrees(say("Share dead at the start: no output is on"), _DEAD, found.dead_at_start)
    yield _agrees(
        say("Share that crashes at the first loss: an output above 1"),
        _CRASHED,
        found.crashed_at_start,
    )
    total = sum(case.share.count for case in found.cases)
    yield Claim(
        say("The eight cases by sign are all there are: every network is in one"),
        f"{found.networks:,}",
        f"{total:,}",
        total == found.networks,
    )


def _dead_claims(found: Census) -> Iterator[Part]:
    dead = [case for case in found.cases if case.output == "all -"]
    moved = sum(share.count for case in dead for share in case.moved or ())
    losses = sorted({case.loss_median for case in dead if case.loss_median is not None})
    ended = sum(case.endings[ENDINGS.index("output dead")].count for case in dead)
    count = sum(case.share.count for case in dead)
    yield Claim(
        say("Where the output is dead nothing ever moves, and the loss is exactly 50.0"),
        say("0 moved; all {count} still dead; loss 50.0", count=count),
        say(
            "{moved} moved; {ended} still dead; loss {losses}",
            moved=moved,
            ended=ended,
            losses=", ".join(f"{loss}" for loss in losses),
        ),
        moved == 0 and ended == count and losses == [50.0],
    )


def _questions(found: Census, seed: int) -> Iterator[Part]:
    yield from _last_bias(found)
    slopes = relu_slopes()
    yield _slope_claim(slopes)
    yield Remark(
        say(
            'The text says that the derivative at a dead ReLU "has no meaning". Below 0 it is an '
            "ordinary derivative, and it is 0; at 0 itself it is 0 by PyTorch's convention."
        )
    )
    crash = crash_alone(seed)
    yield Claim(
        say(
            "ELU in the hidden layer still crashes: network {number}, trained alone by PyTorch, "
            "leaves [0, 1]",
            number=crash.number,
        ),
        say("an error at step {step}, an output outside [0, 1]", step=crash.expected_step),
        say(
            "at step {step}, outputs from {low} to {high}: {message}",
            step=crash.step,
            low=f"{crash.low:.3f}",
            high=f"{crash.high:.3f}",
            message=crash.message,
        ),
        crash.step == crash.expected_step and (crash.low < 0.0 or crash.high > 1.0),
    )


def _last_bias(found: Census) -> Iterator[Part]:
    (case,) = (c for c in found.cases if (c.hidden, c.output) == ("all -", "all +"))
    if case.moved_first is not None:
        counts = [share.count for share in case.moved_first]
        total = case.moved_first[0].total
        yield Claim(
            say("Where the hidden layer is dead, the first step moves the last bias and no other"),
            f"fc1.weight 0, fc1.bias 0, fc2.weight 0, fc2.bias {total}",
            ", ".join(f"{n} {count}" for n, count in zip(TENSORS, counts, strict=True)),
            counts == [0, 0, 0, total],
        )
    gradients = dead_hidden_gradients()
    error = abs(gradients.bias - gradients.by_difference)
    yield Claim(
        say(
            "Why: its gradient is the sum of the output's errors, which passes no hidden ReLU; by "
            "autograd and by finite difference"
        ),
        f"0, 0, 0, {gradients.by_difference:.5f}",
        f"{gradients.others[0]:g}, {gradients.others[1]:g}, {gradients.others[2]:g}, "
        f"{gradients.bias:.5f}",
        not any(gradients.others) and error < 1e-4 * abs(gradients.bias),
    )


def _slope_claim(slopes: ReluSlopes) -> Claim:
    return Claim(
        say("The derivative of a ReLU at -1, 0 and 1, by autograd; at -1 and 1 by difference"),
        "0, 0, 1; 0, 1",
        "{:g}, {:g}, {:g}; {:g}, {:g}".format(*slopes.by_autograd, *slopes.by_difference),
        slopes.by_autograd == (0.0, 0.0, 1.0) and slopes.by_difference == (0.0, 1.0),
    )


def _recreated(seed: int, where: Where) -> Iterator[Part]:
    found = recreated(seed, where)
    yield Table(
        say("Median loss when the optimizer is made anew at each step: 2-4-1, logits or MSE"),
        [say("optimizer"), say("kept"), say("made anew")],
        [[name, f"{pair.kept:.3g}", f"{pair.anew:.3g}"] for name, pair in found.losses.items()],
    )
    yield Claim(
        say("The text makes its optimizer anew at each step: for plain SGD that changes no bit"),
        say("{count} of {count} networks the same", count=found.networks),
        say("{same} of {count} networks the same", same=found.sgd_same, count=found.networks),
        found.sgd_same == found.networks,
    )
    yield Claim(
        say("Momentum made anew is no momentum: to the bit what plain SGD does"),
        say("{count} of {count} networks the same", count=found.networks),
        say("{same} of {count} networks the same", same=found.momentum_same, count=found.networks),
        found.momentum_same == found.networks,
    )
    kept, anew = found.losses["Adam, MSE"]
    yield Claim(
        say("Adam made anew always takes its first step, as long as the rate: it can't settle"),
        say("a loss over ten times as high"),
        f"{anew:.2g} / {kept:.2g} = {anew / kept:.3g}",
        anew > 10 * kept,
    )
    yield Remark(
        say(
            "It also calls torch.load and discards what it returns: nothing is loaded. "
            "model.load_state_dict(torch.load(file)) is what was meant."
        )
    )


def _exercise(seed: int, where: Where) -> Iterator[Part]:
    both, weights = bias_decay(seed, where)
    yield Claim(
        say("Exercise: weight decay on the biases too underfits more than on the weights alone"),
        say("median loss above {loss}", loss=f"{weights:.4f}"),
        f"{both:.4f}",
        both > weights,
    )


def _cure_table(tried: Sequence[Cure]) -> Table:
    return Table(
        say(
            "Cures, by census: Adam 0.01, 3000 steps, {count} networks", count=tried[0].solved.total
        ),
        [say("change"), say("solved"), say("crashed"), say("output dead")],
        [
            [_CURES[cure.name], _shown(cure.solved), _shown(cure.crashed), _shown(cure.dead)]
            for cure in tried
        ],
    )


def _cure_claims(tried: Sequence[Cure]) -> Iterator[Part]:
    by_name = {cure.name: cure for cure in tried}
    text = by_name["none"]
    most = 3e-4 + _ERRORS * math.sqrt(3e-4 / text.solved.total)
    yield Claim(
        say("With a ReLU output no network stays solved: the way to 1 leads beyond 1"),
        say("at most {share}", share=f"{most:.4f}"),
        _shown(text.solved),
        text.solved.value <= most,
    )
    for kind, share in (("crashed", text.crashed), ("dead", text.dead)):
        error = math.sqrt(_STUCK[kind] * (1 - _STUCK[kind]) / _STUCK_NETWORKS)
        claim = (
            say("ReLU output: share that crashes on the way")
            if kind == "crashed"
            else say("ReLU output: share whose output is dead at the end")
        )
        yield _agrees(claim, (_STUCK[kind], error), share)
    yield _agrees(
        say("Sigmoid output, 2 hidden units: share solved"),
        _SOLVED[2],
        by_name["sigmoid output"].solved,
    )
    for width in (3, 4, 8):
        yield _agrees(
            say("Logits, {width} hidden units: share solved", width=width),
            _SOLVED[width],
            by_name[f"logits, {width} hidden units"].solved,
        )
    yield from _fault_claims(by_name)


def _fault_claims(by_name: Mapping[str, Cure]) -> Iterator[Part]:
    hidden = [by_name[name] for name in ("hidden LeakyReLU", "hidden ELU", "16 hidden units")]
    yield Claim(
        say(
            "The fault is the output under BCE: LeakyReLU, ELU or 16 units in the hidden layer "
            "still crash, in at least a fifth of all networks"
        ),
        say("each above 0.2"),
        ", ".join(f"{cure.crashed.value:.3f}" for cure in hidden),
        all(cure.crashed.value > 0.2 for cure in hidden),
    )
    logits = [cure for name, cure in by_name.items() if name.startswith(("logits", "sigmoid"))]
    harmed = sum(cure.crashed.count + cure.dead.count for cure in logits)
    yield Claim(
        say("With a sigmoid or logits none crashes and no output is dead"),
        "0",
        str(harmed),
        harmed == 0,
    )
    alone, joined = by_name["logits"].solved, by_name["logits, hidden LeakyReLU"].solved
    margin = 2 * math.hypot(alone.error, joined.error)
    yield Claim(
        say("With logits, a hidden LeakyReLU then solves more than ReLU (2 standard errors)"),
        say("above {share}", share=f"{alone.value + margin:.4f}"),
        _shown(joined),
        joined.value > alone.value + margin,
    )


def _case_drawing(found: Census) -> Drawing:
    names = [f"{case.hidden}  |  {case.output}" for case in found.cases]
    shares = np.array(
        [[case.share.value * ending.value for ending in case.endings] for case in found.cases]
    )
    data: dict[str, Any] = {
        "cases (hidden | output)": names,
        "probability": [case.share.value for case in found.cases],
        "error": [case.share.error for case in found.cases],
        "endings": list(ENDINGS),
        "shares": shares.tolist(),
    }

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        left = np.zeros(len(names))
        hatches = ("", "//", "", "xx", "..", "\\\\", "")
        colours = ("C2", "C1", "C6", "C3", "C4", "C5", "#BBBBBB")
        for k, ending in enumerate(ENDINGS):
            if shares[:, k].sum() < 5e-4:
                continue
            axes.barh(
                names,
                shares[:, k],
                left=left,
                label=ending,
                color=colours[k],
                hatch=hatches[k],
                edgecolor="white",
                linewidth=0.5,
            )
            left += shares[:, k]
        twice = [2 * error for error in data["error"]]
        axes.errorbar(left, range(len(names)), xerr=twice, fmt="none", ecolor="#444444")
        axes.invert_yaxis()
        axes.set_axisbelow(True)
        axes.set(xlabel=f"share after {found.steps} steps (bars: 2 standard errors)")
        axes.set(ylabel="signs of ReLU inputs: hidden | output")
        canvas.legend(loc="outside upper center", ncols=6, fontsize=8)

    caption = say("Every case of the XOR net: how likely, and how it ends")
    return Drawing("cases", caption, data, draw, (7.2, 4.2))


def _cure_drawing(tried: Sequence[Cure]) -> Drawing:
    data = {
        "change": [cure.name for cure in tried],
        "solved": [cure.solved.value for cure in tried],
        "solved, error": [cure.solved.error for cure in tried],
        "crashed": [cure.crashed.value for cure in tried],
        "output dead": [cure.dead.value for cure in tried],
    }

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        names = ["as in the text" if cure.name == "none" else cure.name for cure in tried]
        solved, crashed, dead = (
            np.array([share.value for share in column])
            for column in zip(*((c.solved, c.crashed, c.dead) for c in tried), strict=True)
        )
        axes.barh(names, solved, color="C2", label="solved")
        axes.barh(
            names, crashed, left=solved, color="C1", hatch="//", edgecolor="white", label="crashed"
        )
        axes.barh(names, dead, left=solved + crashed, color="C6", label="output dead")
        axes.barh(
            names,
            1 - solved - crashed - dead,
            left=solved + crashed + dead,
            color="#DDDDDD",
            label="stuck elsewhere",
        )
        twice = [2 * cure.solved.error for cure in tried]
        axes.errorbar(solved, range(len(names)), xerr=twice, fmt="none", ecolor="#888888")
        axes.invert_yaxis()
        axes.set_axisbelow(True)
        axes.set(xlim=(0, 1), xlabel="share of networks after 3000 steps (bars: 2 standard errors)")
        canvas.legend(loc="outside upper center", ncols=4, fontsize=8)

    caption = say("What cures XOR: an output that can't leave [0, 1] or die, then more units")
    return Drawing("cures", caption, data, draw, (7.2, 4.4))


EXPERIMENT = Xor()
