"""What both layouts of an ensemble's tensors offer."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor


class Kernel(Protocol):
    """Parameters, activations and gradients of E networks, and the products between them.

    Attributes:
        parameters: what an optimizer moves.
        gradients: of the same shapes.
        activations: of every layer, the last being the outputs.
        deltas: gradients of the loss by every layer's activations, then its pre-activations.
        targets: broadcast against the outputs.
    """

    parameters: list[Tensor]
    gradients: list[Tensor]
    activations: list[Tensor]
    deltas: list[Tensor]
    targets: Tensor

    @property
    def axis(self) -> int:
        """The networks' axis of every tensor."""
        ...

    @property
    def sample_axes(self) -> tuple[int, int]:
        """The axes of an activation that are not the networks'."""
        ...

    @property
    def count(self) -> int:
        """E."""
        ...

    def weights(self, tensors: list[Tensor]) -> list[Tensor]:
        """The weights alone, as views of `parameters` or `gradients`."""
        ...

    def affine(self, layer: int) -> Tensor:
        """Fill the layer's activations with its pre-activations."""
        ...

    def fill_gradients(self, layer: int) -> None:
        """Gradients of the layer's weights and biases, from its delta."""
        ...

    def pull_back(self, layer: int) -> Tensor:
        """Gradient by the activations of the layer before, from this layer's delta."""
        ...

    def keep(self, columns: Tensor) -> None:
        """Go on with these networks alone."""
        ...

    def read(self, columns: Tensor | None = None) -> Tensor:
        """(networks, P) parameters in torch's order."""
        ...

    def samples_first(self, tensor: Tensor) -> Tensor:
        """An activation as (networks, samples, units)."""
        ...
