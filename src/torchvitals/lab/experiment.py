"""What an experiment is: it says what it asks and what it expects, then yields what it finds.

Nothing here imports torch or Matplotlib.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    NamedTuple,
    Protocol,
    TypeVar,
    runtime_checkable,
)

from torchvitals.words import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


class Claim(NamedTuple):
    """One sentence that the experiment holds to the measurement.

    `expected` and `observed` are numbers with their units, as a reader would write them.
    """

    claim: Words
    expected: str
    observed: str
    holds: bool


class Table(NamedTuple):
    """Numbers side by side; the rows are text as it is shown."""

    title: Words
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Drawing(NamedTuple):
    """A figure to be: `draw` is given an empty canvas of Matplotlib, laid out by constraints.

    `data` is what it draws, as JSON takes it: the figure can be drawn again from it alone.
    """

    name: str
    caption: Words
    data: Mapping[str, Any]
    draw: Callable[[Canvas], None]
    size: tuple[float, float] = (6.4, 4.0)
    """Inches."""


class Remark(NamedTuple):
    """A sentence between the numbers: why it is so, or where a text is wrong."""

    text: Words


Part = Claim | Table | Drawing | Remark


@dataclass(frozen=True)
class Plan:
    """What is written down before the run."""

    title: Words
    question: Words
    prediction: Words
    decision: Words
    """When a claim holds."""
    budget: Words
    """How much is computed."""


@dataclass(frozen=True)
class Parameters:
    """What a reader may turn; an experiment extends it. Its fields are made by `knob`."""


def knob(default: Any, say_what: str, *, quick: Any = None, least: Any = None) -> Any:
    """A field of Parameters: its default, its help, its value under --quick, its least value."""
    metadata = {"help": say_what, "quick": quick, "least": least}
    return field(default=default, metadata=metadata)


_Given = TypeVar("_Given", bound=Parameters)


def quickened(parameters: _Given) -> _Given:
    """With each knob that was left at its default turned to its quick value."""
    changes = {
        knob.name: knob.metadata["quick"]
        for knob in fields(parameters)
        if knob.metadata["quick"] is not None and getattr(parameters, knob.name) == knob.default
    }
    return replace(parameters, **changes)


_Item = TypeVar("_Item")


class Bench(Protocol):
    """What an experiment works at."""

    @property
    def seed(self) -> int:
        """Of everything random."""
        ...

    @property
    def device(self) -> str:
        """Where large computations go: cpu or cuda."""
        ...

    def track(
        self, items: Iterable[_Item], what: Words, total: int | None = None
    ) -> Iterator[_Item]:
        """The items, with a progress bar once they have taken two seconds."""
        ...


class Experiment(Protocol):
    """One question, a module or a package of `lab/experiments`, listed in `lab/catalogue.py`.

    `run` is pure given its parameters and seed: it prints nothing, writes nothing, and leaves the
    global random state alone (its generators are its own).
    """

    parameters: ClassVar[type[Parameters]]

    @property
    def plan(self) -> Plan:
        """What is written down before the run."""
        ...

    def run(self, parameters: Any, bench: Bench) -> Iterator[Part]:
        """Yield each part as soon as it is known: Ctrl-C keeps those."""
        ...


@runtime_checkable
class Measuring(Protocol):
    """An experiment that offers less than a run: the numbers of one place of a sweep."""

    def measure(self, parameters: Any, seed: int) -> Mapping[str, float]:
        """Each number by its name. Pure, as `run` is."""
        ...
