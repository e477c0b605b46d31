"""Layout for narrow nets: the networks on the last axis, one product a pair of units.

A 2 x 2 matrix is far too small for a matrix product to pay. With the networks side by side in
memory, each of its entries is a vector over thousands of networks instead, and the layers become
element-wise products of such vectors.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

Layers = tuple[tuple[int, int], ...]


class Narrow:
    """Tensors of E networks: parameters (fan in + 1, fan out, E), the biases in the last row, and
    activations (samples, units, E).

    Args:
        layers: (fan in, fan out) of each.
        inputs: (samples, features).
        targets: (samples, outputs).
        values: (E, P) parameters in torch's order.
    """

    axis = -1
    sample_axes = (0, 1)

    def __init__(self, layers: Layers, inputs: Tensor, targets: Tensor, values: Tensor) -> None:
        self._layers = layers
        ones = torch.ones_like(inputs[:, :1])
        self._inputs = torch.cat((inputs, ones), dim=1)
        self._inputs_turned = self._inputs.T.contiguous()
        self._order = _order(layers).to(values.device)
        self._back = torch.argsort(self._order)
        self.targets = targets[:, :, None].contiguous()
        self._allocate(values.T[self._order].contiguous())

    def _allocate(self, flat: Tensor) -> None:
        """Tensors for as many networks as `flat` (P, E) has columns, and every view of them."""
        samples, count = len(self._inputs), flat.shape[1]
        self.parameters, self.gradients = [flat], [torch.zeros_like(flat)]
        self._p = _by_layer(flat, self._layers)
        self._g = _by_layer(self.gradients[0], self._layers)
        shapes = [(samples, out, count) for _, out in self._layers]
        self.activations = [flat.new_zeros(shape) for shape in shapes]
        self.deltas = [flat.new_zeros(shape) for shape in shapes]
        widest = max((x[0] for x in self._layers[1:]), default=1)
        self._product = flat.new_zeros((samples, widest, count))
        self._views = [self._view(k) for k in range(len(self._layers))]

    def _view(self, layer: int) -> _Views:
        fan_in, fan_out = self._layers[layer]
        h = self.activations[layer - 1] if layer else self.activations[0]
        delta, p, g = self.deltas[layer], self._p[layer], self._g[layer]
        return _Views(
            units=[h[:, i : i + 1] for i in range(fan_in)] if layer else [],
            rows=[p[i] for i in range(fan_in)],
            columns=[p[:-1, o] for o in range(fan_out)],
            out_columns=[g[:-1, o] for o in range(fan_out)],
            delta_units=[delta[:, o : o + 1] for o in range(fan_out)],
            bias=p[-1],
            out_bias=g[-1],
            product=self._product[:, :fan_in],
        )

    @property
    def count(self) -> int:
        """E."""
        return self.parameters[0].shape[1]

    def weights(self, tensors: list[Tensor]) -> list[Tensor]:
        """The weights alone, as views of the flat parameters or gradients."""
        return [x[:-1] for x in _by_layer(tensors[0], self._layers)]

    def affine(self, layer: int) -> Tensor:
        """Fill the layer's activations with its pre-activations."""
        z, views = self.activations[layer], self._views[layer]
        if layer == 0:  # the inputs are every network's: one product for all of them
            p = self._p[0]
            torch.mm(self._inputs, p.view(len(p), -1), out=z.view(len(z), -1))
            return z
        torch.addcmul(views.bias, views.units[0], views.rows[0], out=z)
        for unit, row in zip(views.units[1:], views.rows[1:], strict=True):
            z.addcmul_(unit, row)
        return z

    def fill_gradients(self, layer: int) -> None:
        """Gradients of the layer's weights and biases, from its delta."""
        delta, views = self.deltas[layer], self._views[layer]
        if layer == 0:
            g = self._g[0]
            torch.mm(self._inputs_turned, delta.view(len(delta), -1), out=g.view(len(g), -1))
            return
        torch.sum(delta, 0, out=views.out_bias)
        before = self.activations[layer - 1]
        for unit, column in zip(views.delta_units, views.out_columns, strict=True):
            torch.mul(before, unit, out=views.product)
            torch.sum(views.product, 0, out=column)

    def pull_back(self, layer: int) -> Tensor:
        """Gradient by the activations of the layer before, from this layer's delta."""
        views, out = self._views[layer], self.deltas[layer - 1]
        torch.mul(views.delta_units[0], views.columns[0], out=out)
        for unit, column in zip(views.delta_units[1:], views.columns[1:], strict=True):
            out.addcmul_(unit, column)
        return out

    def keep(self, columns: Tensor) -> None:
        """Go on with these networks alone."""
        gradients = self.gradients[0].index_select(1, columns)
        self._allocate(self.parameters[0].index_select(1, columns))
        self.gradients[0].copy_(gradients)

    def read(self, columns: Tensor | None = None) -> Tensor:
        """(networks, P) parameters in torch's order."""
        flat = self.parameters[0]
        chosen = flat if columns is None else flat.index_select(1, columns)
        return chosen.index_select(0, self._back).T

    def samples_first(self, tensor: Tensor) -> Tensor:
        """An activation as (networks, samples, units)."""
        return tensor.permute(2, 0, 1)


@dataclass(frozen=True)
class _Views:
    """Views of one layer's tensors: made once, for a view costs as much as a product here."""

    units: list[Tensor]
    rows: list[Tensor]
    columns: list[Tensor]
    out_columns: list[Tensor]
    delta_units: list[Tensor]
    bias: Tensor
    out_bias: Tensor
    product: Tensor


def _by_layer(flat: Tensor, layers: Layers) -> list[Tensor]:
    sizes = [(fan_in + 1) * fan_out for fan_in, fan_out in layers]
    parts = torch.split(flat, sizes)
    return [
        part.view(fan_in + 1, fan_out, -1)
        for part, (fan_in, fan_out) in zip(parts, layers, strict=True)
    ]


def _order(layers: Layers) -> Tensor:
    """Row r of the flat tensor is parameter `order[r]` in torch's order."""
    parts: list[Tensor] = []
    first = 0
    for fan_in, fan_out in layers:
        weights = torch.arange(first, first + fan_in * fan_out).view(fan_out, fan_in).T
        first += fan_in * fan_out
        parts += [weights.reshape(-1), torch.arange(first, first + fan_out)]
        first += fan_out
    return torch.cat(parts)
