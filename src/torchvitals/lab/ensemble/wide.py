"""Layout for wide nets: the networks on the first axis, one batched matrix product a layer."""

from __future__ import annotations

import torch
from torch import Tensor

from torchvitals.lab.ensemble.narrow import Layers


class Wide:
    """Tensors of E networks: weights (E, fan in, fan out), biases (E, 1, fan out), activations
    (E, samples, units).

    Args:
        layers: (fan in, fan out) of each.
        inputs: (samples, features).
        targets: (samples, outputs).
        values: (E, P) parameters in torch's order.
    """

    axis = 0
    sample_axes = (1, 2)

    def __init__(self, layers: Layers, inputs: Tensor, targets: Tensor, values: Tensor) -> None:
        self._layers = layers
        self._inputs, self.targets = inputs, targets
        parameters: list[Tensor] = []
        first = 0
        for fan_in, fan_out in layers:
            last = first + fan_in * fan_out
            weights = values[:, first:last].view(-1, fan_out, fan_in).mT.contiguous()
            biases = values[:, last : last + fan_out].reshape(-1, 1, fan_out).clone()
            parameters += [weights, biases]
            first = last + fan_out
        self._allocate(parameters)

    def _allocate(self, parameters: list[Tensor]) -> None:
        self.parameters = parameters
        self.gradients = [torch.zeros_like(x) for x in parameters]
        count, samples = len(parameters[0]), len(self._inputs)
        self._first = self._inputs.expand(count, -1, -1).contiguous()
        shapes = [(count, samples, out) for _, out in self._layers]
        self.activations = [self._inputs.new_zeros(shape) for shape in shapes]
        self.deltas = [self._inputs.new_zeros(shape) for shape in shapes]

    @property
    def count(self) -> int:
        """E."""
        return len(self.parameters[0])

    def weights(self, tensors: list[Tensor]) -> list[Tensor]:
        """The weights alone, of `parameters` or `gradients`."""
        return tensors[::2]

    def affine(self, layer: int) -> Tensor:
        """Fill the layer's activations with its pre-activations."""
        weights, biases = self.parameters[2 * layer : 2 * layer + 2]
        return torch.baddbmm(biases, self._before(layer), weights, out=self.activations[layer])

    def _before(self, layer: int) -> Tensor:
        return self.activations[layer - 1] if layer else self._first

    def fill_gradients(self, layer: int) -> None:
        """Gradients of the layer's weights and biases, from its delta."""
        delta = self.deltas[layer]
        torch.bmm(self._before(layer).mT, delta, out=self.gradients[2 * layer])
        torch.sum(delta, 1, keepdim=True, out=self.gradients[2 * layer + 1])

    def pull_back(self, layer: int) -> Tensor:
        """Gradient by the activations of the layer before, from this layer's delta."""
        weights = self.parameters[2 * layer]
        return torch.bmm(self.deltas[layer], weights.mT, out=self.deltas[layer - 1])

    def keep(self, columns: Tensor) -> None:
        """Go on with these networks alone."""
        gradients = [x.index_select(0, columns) for x in self.gradients]
        self._allocate([x.index_select(0, columns) for x in self.parameters])
        self.gradients = gradients

    def read(self, columns: Tensor | None = None) -> Tensor:
        """(networks, P) parameters in torch's order."""
        tensors = self.parameters
        if columns is not None:
            tensors = [x.index_select(0, columns) for x in tensors]
        return torch.cat([x.mT.reshape(len(x), -1) for x in tensors], dim=1)

    def samples_first(self, tensor: Tensor) -> Tensor:
        """An activation as (networks, samples, units)."""
        return tensor
