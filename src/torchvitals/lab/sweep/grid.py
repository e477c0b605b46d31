"""The grid of a sweep: which values each knob takes, and every combination of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from torchvitals.lab.experiment import quickened

if TYPE_CHECKING:
    from torchvitals.lab.experiment import Parameters

Value = bool | int | float | str
_LOG = "log"
_FEWEST = 2
"""A range has both its ends."""
_TRUTHS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


class GridError(ValueError):
    """What was given as --param can't be swept; the message says why."""


class Point(NamedTuple):
    """One place of the grid: every knob of the experiment in its order, and the seed."""

    parameters: tuple[tuple[str, Value], ...]
    seed: int


def grid(
    kind: type[Parameters], given: Sequence[str], seeds: int, *, quick: bool = False
) -> list[Point]:
    """Every combination of the values given, for seeds 0 to `seeds` - 1, each once and in order.

    Args:
        kind: the experiment's parameters.
        given: texts as `lr=0.1,0.2`, `lr=0.1:1.0:10` (ends and count) or `lr=1e-3:1:4:log`.
        seeds: how many, 1 or more.
        quick: whether knobs that are not swept stand at their quick values.

    Raises:
        GridError: a text can't be read, or names no knob.
    """
    if seeds < 1:
        raise GridError(f"Expected --seeds to be 1 or more but got {seeds}.")
    swept = swept_values(kind, given)
    start = quickened(kind()) if quick else kind()
    combinations = [
        tuple(asdict(replace(start, **dict(zip(swept, values, strict=True)))).items())
        for values in product(*swept.values())
    ]
    return [Point(parameters, seed) for parameters in combinations for seed in range(seeds)]


def swept_values(kind: type[Parameters], given: Sequence[str]) -> dict[str, list[Value]]:
    """The values of each knob that is swept, sorted. Raises GridError as `grid` does."""
    knobs = {knob.name: knob for knob in fields(kind)}
    found: dict[str, list[Value]] = {}
    for text in given:
        name, equals, values = text.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not values:
            raise GridError(f"Expected --param name=1,2,3 or name=0.1:1.0:10 but got {text!r}.")
        if name not in knobs:
            raise GridError(_unknown(name, knobs))
        if name in found:
            raise GridError(f"Expected each knob once, but {name} is given twice.")
        found[name] = _values(
            name, values, cast(Value, knobs[name].default), knobs[name].metadata["least"]
        )
    return found


def _unknown(name: str, knobs: Mapping[str, Any]) -> str:
    near = get_close_matches(name, knobs, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"Expected one of the knobs {', '.join(knobs)} but got {name!r}.{hint}"


def _values(name: str, text: str, default: Value, least: float | None) -> list[Value]:
    is_number = isinstance(default, (int, float)) and not isinstance(default, bool)
    parts = _range(name, text) if is_number and ":" in text else text.split(",")
    values = {_value(name, part, default) for part in parts}
    if is_number and least is not None:
        below = [value for value in values if float(value) < least]
        if below:
            raise GridError(f"Expected {name} to be {least:g} or more but got {min(below)}.")
    return sorted(values)  # type: ignore[type-var]


def _range(name: str, text: str) -> list[Decimal]:
    """Ends and count: in decimals, so that 0.1:1.0:10 has 0.3 and not 0.30000000000000004."""
    low, high, count, *rest = [*text.split(":"), "", ""]
    shape = [part for part in rest if part]
    try:
        first, last, many = Decimal(low), Decimal(high), int(count)
    except (InvalidOperation, ValueError):
        raise GridError(
            f"Expected {name}=first:last:count, numbers all, but got {text!r}."
        ) from None
    if many < _FEWEST or shape not in ([], [_LOG]) or not (first.is_finite() and last.is_finite()):
        raise GridError(
            f"Expected {name}=first:last:count with a count of 2 or more, and :log after it or "
            f"nothing, but got {text!r}."
        )
    shares = [Decimal(k) / (many - 1) for k in range(many)]
    if not shape:
        return [first + (last - first) * k / (many - 1) for k in range(many)]
    if first <= 0 or last <= 0:
        raise GridError(f"Expected both ends of {name} above 0 with :log, but got {text!r}.")
    inner = [Decimal(f"{float(first * (last / first) ** share):.12g}") for share in shares[1:-1]]
    return [first, *inner, last]


def _value(name: str, given: str | Decimal, default: Value) -> Value:
    text = str(given).strip()
    if isinstance(default, str):
        return text
    if isinstance(default, bool):
        if text.lower() in _TRUTHS:
            return _TRUTHS[text.lower()]
        raise GridError(f"Expected true or false for {name} but got {text!r}.")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise GridError(f"Expected a number for {name} but got {text!r}.") from None
    if isinstance(default, float):
        return float(number)
    if not number.is_finite() or number != number.to_integral_value():
        raise GridError(f"Expected whole numbers for {name} but got {float(number):g}.")
    return int(number)
