"""The open questions of the text and its exercise, answered."""

from __future__ import annotations

from collections.abc import Iterator

from torchvitals.lab.ensemble import Plan as Where
from torchvitals.lab.experiment import Claim, Part, Remark, Table
from torchvitals.lab.xor_census import TENSORS, Census
from torchvitals.lab.xor_questions import (
    ReluSlopes,
    bias_decay,
    crash_alone,
    dead_hidden_gradients,
    recreated,
    relu_slopes,
)
from torchvitals.words import say


def questions(found: Census, seed: int) -> Iterator[Part]:
    """The gradient behind a dead layer, the slope at a dead ReLU, and ELU's crash."""
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


def optimizer_made_anew(seed: int, where: Where) -> Iterator[Part]:
    """What the text's loop forgets by making its optimizer anew."""
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


def exercise(seed: int, where: Where) -> Iterator[Part]:
    """Weight decay on the biases."""
    both, weights = bias_decay(seed, where)
    yield Claim(
        say("Exercise: weight decay on the biases too underfits more than on the weights alone"),
        say("median loss above {loss}", loss=f"{weights:.4f}"),
        f"{both:.4f}",
        both > weights,
    )
