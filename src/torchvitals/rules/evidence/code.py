"""Code that a remedy shows, with the user's own names."""

from __future__ import annotations

import re
from collections.abc import Iterable


def expression(layer: str, root: str = "model") -> str:
    """Python for a layer of a model: hidden.1.fc -> model.hidden[1].fc.

    >>> expression("hidden.1.fc"), expression("0"), expression("blocks[2].fc")
    ('model.hidden[1].fc', 'model[0]', 'model.blocks[2].fc')
    """
    return root + re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", f".{layer}")


def initialise(layers: Iterable[str], call: str, *arguments: str) -> str:
    """One line for each layer, of the form `nn.init.CALL_(model.fc1.weight)`.

    >>> initialise(["fc1"], "xavier_uniform_")
    'nn.init.xavier_uniform_(model.fc1.weight)'
    >>> initialise(["user"], "normal_", "std=0.1")
    'nn.init.normal_(model.user.weight, std=0.1)'
    """
    rest = "".join(f", {argument}" for argument in arguments)
    return "\n".join(f"nn.init.{call}({expression(layer)}.weight{rest})" for layer in layers)
