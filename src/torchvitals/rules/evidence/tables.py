"""Vectors looked up in tables and multiplied, as in the factorisation of ratings."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torchvitals.record.look import Look, ParameterLook
from torchvitals.rules.evidence.chain import feeding

_PRODUCTS = frozenset({"mul", "matmul", "linear"})


@dataclass(frozen=True)
class Product:
    """The inner product of a row of one table with a row of another."""

    layers: tuple[str, str]
    tables: tuple[ParameterLook, ParameterLook]

    @property
    def entries(self) -> int:
        """Entries of a row."""
        return self.tables[0].shape[-1]

    @property
    def std(self) -> float:
        """Standard deviation over rows that are independent and have no mean."""
        return math.prod(table.weight.rms for table in self.tables) * math.sqrt(self.entries)


def product_of_tables(look: Look) -> Product | None:
    """The first product of two rows looked up at this look; None where there is none."""
    tables = {p.name: p for p in look.parameters if len(p.shape) > 1}
    for operation in look.operations:
        if operation.kind not in _PRODUCTS:
            continue
        found = [
            (source.layer, tables[source.parameters[0]])
            for source in feeding(look, operation)
            if source.kind == "embedding"
            and source.parameters[:1]
            and source.parameters[0] in tables
        ]
        if len(found) == 2 and found[0][1].shape[-1] == found[1][1].shape[-1]:  # noqa: PLR2004
            (one, first), (two, second) = found
            return Product((one, two), (first, second))
    return None
