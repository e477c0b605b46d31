"""What one look at one training step found: plain immutable data, without torch.

Every class is a named tuple, so that a look is stored as compact JSON arrays and read back by its
annotations.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from torchvitals.words import say


class Statistics(NamedTuple):
    """Summary of one tensor, from all its entries or from an even sample of them.

    Mean, RMS, minimum and maximum are over the finite entries.
    """

    count: int  # pyright: ignore[reportIncompatibleMethodOverride]  a field, not tuple.count
    mean: float
    rms: float
    minimum: float
    maximum: float
    zero_fraction: float
    nonfinite: int

    @property
    def std(self) -> float:
        """Standard deviation of the finite entries."""
        return max(self.rms**2 - self.mean**2, 0.0) ** 0.5


class Units(NamedTuple):
    """What each unit (feature or channel) of an activation did over the samples of one look.

    Masks are hexadecimal integers: bit k belongs to the k-th unit that is followed. `silent`: its
    output was never above zero. `constant`: its output was the same for every sample.
    """

    total: int
    followed: int
    samples: int
    silent: str
    constant: str


class Dropped(NamedTuple):
    """What a dropout did: the share of values that it keeps, and how many of one sample it drops
    one by one.
    """

    kept: float
    width: int


class Attended(NamedTuple):
    """How an attention spreads its weight over the keys, over some of its rows.

    `entropy` is the mean over the rows, in units of what even weights over the keys that are not
    masked would have; `uniform` and `sharp` are the shares of rows that are even, and of those with
    nearly all weight on one key. The logits are those before the mask; None where not known.
    """

    rows: int
    keys: int
    entropy: float
    uniform: float
    sharp: float
    largest_logit: float | None
    logit_std: float | None
    """Within a row, the mean over the rows."""


class Operation(NamedTuple):
    """One operation of the step, or several calls of the same operation by the same layer.

    `inputs` are the indices of the recorded operations that feed it, `parameters` the names of
    those that it reads. `output` describes what it produced, `gradient` the gradient that arrived
    at its output.
    """

    index: int  # pyright: ignore[reportIncompatibleMethodOverride]  a field, not tuple.index
    kind: str
    layer: str
    parameters: tuple[str, ...]
    inputs: tuple[int, ...]
    shape: tuple[int, ...]
    dtype: str
    calls: int
    source: str | None
    output: Statistics | None
    gradient: Statistics | None
    units: Units | None
    training: bool | None
    dim: int | None
    slope: float | None
    """Mean square of the activation's derivative at the values seen; None where it is not an
    activation."""
    dropped: Dropped | None = None
    fresh_statistics: bool | None = None
    """The running mean and variance of a batch norm are 0 and 1, as created; None where it has
    none, or between the thorough looks."""
    attended: Attended | None = None
    """Of an attention, at a thorough look."""
    likeness: float | None = None
    """Mean cosine between the outputs for different samples, or tokens, at a thorough look."""
    mixes: bool = False
    """A product whose left factor is a constant: it makes each row a mean, or a sum, of others."""

    @property
    def name(self) -> str:
        """The layer where the operation owns parameters, else what it does and the layer before
        it.
        """
        if self.parameters:
            return self.layer or self.kind
        if not self.layer:
            return self.kind
        return say("{kind} after {layer}", kind=self.kind, layer=self.layer)


class DataInput(NamedTuple):
    """The data that enters an operation from outside the graph: `features` columns over `samples`
    rows.

    `means` and `stds` are per feature (at most the first 64 followed). `largest` and `smallest` are
    the extreme positive eigenvalues of the second moment of the rows with a constant column for the
    bias; `scaled_largest` is the largest after each feature is standardised. None where there are
    too many features.
    """

    operation: int
    samples: int
    features: int
    overall: Statistics
    means: tuple[float, ...]
    stds: tuple[float, ...]
    largest: float | None
    smallest: float | None
    scaled_largest: float | None


class Tally(NamedTuple):
    """The classes among the targets of one look, and what its scores would choose.

    `common` is the commonest class; `common_wanted` rows have it as target, `common_chosen` rows
    would be given it, and `others_found` rows of other classes would be given their own.
    """

    samples: int
    classes: int
    common: int
    common_wanted: int
    common_chosen: int
    others_found: int
    ranked: float | None = None
    """Share of pairs of one common row and another in which the scores favour the common class more
    for the common one; a half where they tell nothing apart."""


class Pairs(NamedTuple):
    """Rows that entered the net, side by side with the targets of the same rows.

    `classes` counts the targets that occur where all are whole numbers, else it is 0; `between` is
    the scatter of their rows' means, `trend` the part of it along a straight line in the number:
    sums over standardised features, with what noise gives taken off. `curved` is the share of what
    a linear fit leaves of the residuals that curves of the inputs explain; None where not asked.
    """

    rows: int
    features: int
    columns: int
    """Predictions compared with each row's target."""
    classes: int
    between: float
    trend: float
    curved: float | None


class Loss(NamedTuple):
    """One loss function of the step: what it was fed and what it was compared with.

    `head` is the index of the last recorded operation before it. `row_sum` and `row_logsumexp` are
    the least and the greatest over the rows of the class dimension. `outer` is true where both
    sides were broadcast against each other, `whole` where the step's loss is this one's mean and
    nothing else.
    """

    function: str
    operation: int
    head: int | None
    source: str | None
    fed: Statistics | None
    fed_shape: tuple[int, ...]
    prediction_shape: tuple[int, ...]
    target: Statistics | None
    target_shape: tuple[int, ...]
    target_dtype: str | None
    row_sum: tuple[float, float] | None
    row_logsumexp: tuple[float, float] | None
    outer: bool
    whole: bool
    value: float | None = None
    """Its own mean, before anything was added or multiplied; None where it is not computed."""
    target_entropy: float | None = None
    """Of the class indices that are the target, in nats, corrected for the size of the batch."""
    scored_shape: tuple[int, ...] | None = None
    """Shape of the log-probabilities that an nll_loss read; classes lie along its second dimension.
    """
    tally: Tally | None = None
    pairs: Pairs | None = None
    constant: float | None = None
    """What the best constant row costs, of targets with several columns; None where not asked."""
    columns: tuple[tuple[float, float], ...] | None = None
    """Mean and variance of some columns of such targets, by which batches can be compared."""
    part: float | None = None
    """What its mean is multiplied by in the loss of the step, as the graph tells; None where its
    entries are weighed, or the graph does not tell."""


class ParameterLook(NamedTuple):
    """One parameter at one step. RMS values are of its entries, or of an even sample of them.

    `optimizer` is the number of the optimizer that holds it, None where none does. `gradient` is
    None where none arrived. `update_rms` and `unchanged` (share of entries left bit-identical) are
    None where no step was seen. `equal_rows` (and `equal_gradient_rows`): all rows of the matrix,
    one per unit, are the same but for rounding; None where that was not asked. `stale_gradient`:
    the gradient used by the last step was still there when this backward began.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    owned: bool
    optimizer: int | None
    weight: Statistics
    gradient: Statistics | None
    update_rms: float | None
    unchanged: float | None
    predicted_change: float | None
    equal_rows: bool | None
    equal_gradient_rows: bool | None
    stale_gradient: bool | None
    fresh: bool
    """Still as default initialisation leaves it: uniform within 1/sqrt(fan_in)."""
    units_last: bool = False
    """The units are the columns, as in `x @ w`, not the rows, as in nn.Linear."""
    gone: bool = False
    """An nn.Parameter that no module and no variable held at its backward, and nothing at all after
    its step."""

    @property
    def width(self) -> int:
        """How many units a matrix of weights has."""
        return self.shape[-1] if self.units_last else self.shape[0]

    @property
    def fan_in(self) -> int:
        """How many inputs each unit of a matrix of weights reads."""
        return max(math.prod(self.shape[:-1] if self.units_last else self.shape[1:]), 1)


class GroupLook(NamedTuple):
    """One parameter group of an optimizer: the hyper-parameters that bear on stability, None where
    it has none.
    """

    lr: float
    momentum: float | None
    beta2: float | None
    eps: float | None
    weight_decay: float | None
    nesterov: bool
    parameters: int
    maximize: bool = False


class OptimizerLook(NamedTuple):
    """One optimizer: `built_at` is the step of its construction, `steps` how often it has stepped
    so far.
    """

    number: int
    kind: str
    groups: tuple[GroupLook, ...]
    source: str | None
    built_at: int
    steps: int
    rebuilt: int
    """How many optimizers before it held the same parameters."""
    stateful: bool
    held: int
    held_without_gradient: tuple[str, ...]


class Crossed(NamedTuple):
    """Terms of a loss, and the numbers without gradient that they are multiplied by, of shapes that
    broadcast to all pairs. `signed`: the numbers are of both signs.
    """

    terms: tuple[int, ...]
    weights: tuple[int, ...]
    signed: bool
    source: str | None


class Look(NamedTuple):
    """Everything seen at one step. `loss` is the value of this backward's root; `crash` names the
    exception, if any.
    """

    segment: int
    stream: int
    step: int
    loss: float
    dtype: str
    loss_scale: float
    stepped: bool
    """The step that followed this backward was seen."""
    after_step: bool
    """A step came between the backward before and this one."""
    predicted_change: float | None
    gradient_norm: float | None
    operations: tuple[Operation, ...]
    losses: tuple[Loss, ...]
    data: tuple[DataInput, ...]
    parameters: tuple[ParameterLook, ...]
    optimizers: tuple[OptimizerLook, ...]
    opaque: tuple[str, ...]
    """Kinds of operation that could not be read: 'compiled', 'checkpoint', or 'packed' by a hook on
    saved tensors; 'unread' where reading losses and data failed."""
    executed_without_gradient: tuple[str, ...]
    """Layers that ran in this step although their parameters are nowhere in the graph."""
    crash: str | None
    brief: bool = False
    """One of the looks between the thorough ones: it holds no losses, no data, and of operations
    no gradient."""
    step_gradient_ratio: float | None = None
    """The gradient that the step used over the one that backward left, by the leaf where it was
    largest; None where no optimizer stepped."""
    cleared: bool = False
    """The gradient that backward left was set to zero, or dropped, before the step that followed;
    one that a clip multiplied by zero was not."""
    weighed: Statistics | None = None
    """Numbers without gradient that the terms of the loss are multiplied by, one for each, as the
    advantages of a policy are; None where there are none, and between the thorough looks."""
    frozen: tuple[str, ...] = ()
    """Layers that ran in this step and whose matrices want no gradient; at the first looks."""
    aside: tuple[str, ...] = ()
    """Of the layers that ran without gradient, those that read what gets one by another way, and
    that no number which the caller holds was made of."""
    crossed: Crossed | None = None
    """Terms of the loss that are multiplied by the weights of other terms as well as by their own;
    None between the thorough looks."""
