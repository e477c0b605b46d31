"""Which deep plain networks can be trained: weight scale against bias scale, and against depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from torchvitals.lab.experiment import Bench, Part, Plan
from torchvitals.lab.experiments.phase_diagram.figures import bias_drawing, depth_drawing
from torchvitals.lab.experiments.phase_diagram.growth import growth
from torchvitals.lab.experiments.phase_diagram.knobs import Knobs
from torchvitals.lab.experiments.phase_diagram.maps import (
    RELU_SW2,
    TANH_SW2,
    depths_to,
    over_bias,
    over_depth,
)
from torchvitals.lab.experiments.phase_diagram.trained import (
    depth_claims,
    he_claim,
    line_claim,
    relu_scales,
    tanh_scales,
)
from torchvitals.lab.trainability import ACTIVATIONS, accuracies
from torchvitals.theory.meanfield import gradient_growth
from torchvitals.words import say


class PhaseDiagram:
    parameters = Knobs

    @property
    def plan(self) -> Plan:
        return Plan(
            title=say("The phase diagram: where deep networks can be trained"),
            question=say(
                "How large may random weights and biases be so that a deep plain network learns 24 "
                "random labels by heart?"
            ),
            prediction=say(
                "Below a critical line signals forget their inputs and gradients vanish; above it "
                "they are chaotic and gradients explode: by a factor χ1 per layer, 1 on the line. "
                "A network learns up to a depth of about 6 ξ, ξ the scale over which the "
                "difference of two inputs changes by e (Schoenholz et al. 2017). ReLU's line is "
                "the point sw2 = 2, He's."
            ),
            decision=say(
                "Measured growth agrees with χ1 within 4 standard errors and 1 %. Networks three "
                "times deeper than 6 ξ do not learn (accuracy below 0.9), those three times less "
                "deep do, in nine of ten cells."
            ),
            budget=say("About 450 trainings of 100 steps, stacked: a minute on one core."),
        )

    def run(self, parameters: Knobs, bench: Bench) -> Iterator[Part]:
        yield from growth(bench)
        depths = depths_to(parameters.depth)
        tanh = over_depth("tanh", TANH_SW2, parameters.sb2, depths, parameters, bench)
        yield from depth_claims("tanh", tanh, depths, tanh_scales(parameters.sb2))
        yield depth_drawing("tanh", tanh, depths, TANH_SW2, parameters.sb2)
        relu = over_depth("relu", RELU_SW2, 0.0, depths, parameters, bench)
        yield from depth_claims("relu", relu, depths, relu_scales())
        yield he_claim(relu, depths)
        yield depth_drawing("relu", relu, depths, RELU_SW2, 0.0)
        bias = over_bias(parameters, bench)
        yield line_claim(bias, parameters.depth)
        yield bias_drawing(bias, parameters.depth)

    def measure(self, parameters: Knobs, seed: int) -> Mapping[str, float]:
        """The accuracy at one place of the diagram, and what theory says of it."""
        if parameters.activation not in ACTIVATIONS:
            known = " or ".join(ACTIVATIONS)
            message = f"Expected {known} as the activation but got {parameters.activation!r}."
            raise ValueError(message)
        place = (parameters.sw2, parameters.sb2)
        (accuracy,) = accuracies(
            parameters.activation,
            [place],
            parameters.depth,
            parameters.width,
            seed,
            range(parameters.steps),
        )
        return {"accuracy": accuracy, "χ1": gradient_growth(parameters.activation, *place)}


EXPERIMENT = PhaseDiagram()
