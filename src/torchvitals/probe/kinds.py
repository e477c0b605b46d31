"""What each node of the autograd graph stands for, by the name that PyTorch gives it.

Names end in a number that PyTorch adds where a function has overloads; it is dropped before the
look-up.
"""

from __future__ import annotations

from functools import cache

LINEAR = frozenset({"linear", "conv", "bilinear"})
NORMS = frozenset({"batch_norm", "layer_norm", "group_norm", "rms_norm"})
RELU_LIKE = frozenset({"relu"})
"""Exactly zero, with zero slope, over half of the line."""
SQUASHING = frozenset({"sigmoid", "tanh", "hardtanh", "hardsigmoid", "softsign", "erf"})
"""Bounded on both sides: the slope vanishes at either end."""
ACTIVATIONS = (
    RELU_LIKE
    | SQUASHING
    | frozenset(
        {
            "leaky_relu",
            "elu",
            "gelu",
            "silu",
            "mish",
            "softplus",
            "hardswish",
            "prelu",
            "logsigmoid",
            "glu",
            "sin",
            "cos",
            "exp",
            "rrelu",
        }
    )
)
SOFTMAXES = frozenset({"softmax", "log_softmax"})
STEPS = frozenset({"round", "floor", "ceil", "trunc", "sign", "bernoulli"})
"""Flat wherever they have a slope at all: PyTorch hands on a gradient of zero."""

_KINDS = {
    "Addmm": "linear",
    "Mm": "linear",
    "SparseAddmm": "linear",
    "Linear": "linear",
    "Addmv": "linear",
    "Mv": "linear",
    "Addbmm": "linear",
    "Baddbmm": "matmul",
    "Bmm": "matmul",
    "Dot": "linear",
    "MkldnnLinear": "linear",
    "Convolution": "conv",
    "ConvolutionOverrideable": "conv",
    "SlowConv2D": "conv",
    "ConvDepthwise2D": "conv",
    "Bilinear": "bilinear",
    "Trilinear": "bilinear",
    "Embedding": "embedding",
    "EmbeddingBag": "embedding",
    "EmbeddingBagSparse": "embedding",
    "MkldnnRnnLayer": "rnn",
    "CudnnRnn": "rnn",
    "MiopenRnn": "rnn",
    "ThnnFusedLstmCell": "rnn",
    "ThnnFusedGruCell": "rnn",
    "LstmMps": "rnn",
    "NativeBatchNorm": "batch_norm",
    "CudnnBatchNorm": "batch_norm",
    "MiopenBatchNorm": "batch_norm",
    "BatchNorm": "batch_norm",
    "NativeLayerNorm": "layer_norm",
    "NativeGroupNorm": "group_norm",
    "FusedRmsNorm": "rms_norm",
    "NativeDropout": "dropout",
    "FusedDropout": "dropout",
    "Relu": "relu",
    "Threshold": "relu",
    "LeakyRelu": "leaky_relu",
    "Elu": "elu",
    "Gelu": "gelu",
    "Silu": "silu",
    "Mish": "mish",
    "Softplus": "softplus",
    "Hardswish": "hardswish",
    "PreluKernel": "prelu",
    "Hardtanh": "hardtanh",
    "Hardsigmoid": "hardsigmoid",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "LogSigmoid": "logsigmoid",
    "Glu": "glu",
    "Sin": "sin",
    "Cos": "cos",
    "Erf": "erf",
    "Exp": "exp",
    "RreluWithNoise": "rrelu",
    "Softmax": "softmax",
    "SafeSoftmax": "softmax",
    "LogSoftmax": "log_softmax",
    "ScaledDotProductFlashAttentionForCpu": "attention",
    "ScaledDotProductFlashAttention": "attention",
    "ScaledDotProductEfficientAttention": "attention",
    "ScaledDotProductCudnnAttention": "attention",
    "ScaledDotProductFusedAttentionOverrideable": "attention",
    "MaxPool2DWithIndices": "max_pool",
    "MaxPool3DWithIndices": "max_pool",
    "AvgPool2D": "avg_pool",
    "AdaptiveAvgPool2D": "avg_pool",
    "MkldnnMaxPool2D": "max_pool",
    "Log": "log",
    "Log2": "log",
    "Log10": "log",
    "Log1P": "log1p",
    "Sqrt": "sqrt",
    "Rsqrt": "rsqrt",
    "Reciprocal": "reciprocal",
    "Pow": "pow",
    "Div": "div",
    "LinalgVectorNorm": "norm",
    "Norm": "norm",
    "Expm1": "expm1",
    "Acos": "acos",
    "Asin": "asin",
    "Atanh": "atanh",
    "Logsumexp": "logsumexp",
    "Std": "std",
    "Var": "var",
    "Cumprod": "cumprod",
    "Prod": "prod",
    "LinalgInvEx": "inverse",
    "LinalgSolveEx": "solve",
    "Round": "round",
    "Floor": "floor",
    "Ceil": "ceil",
    "Trunc": "trunc",
    "Sign": "sign",
    "Sgn": "sign",
    "Bernoulli": "bernoulli",
    "Sub": "sub",
    "Rsub": "sub",
    "Add": "add",
    "Mul": "mul",
    "Abs": "abs",
    "Mean": "mean",
    "Sum": "sum",
    "Neg": "neg",
    "Clamp": "clamp",
    "ClampMin": "clamp",
    "ClampMax": "clamp",
    "Maximum": "maximum",
    "Minimum": "minimum",
    "Cat": "cat",
    "Stack": "cat",
    "Where": "where",
    "MaskedFill": "where",
    "MseLoss": "mse_loss",
    "BinaryCrossEntropy": "binary_cross_entropy",
    "BinaryCrossEntropyWithLogits": "binary_cross_entropy_with_logits",
    "NllLoss": "nll_loss",
    "NllLoss2D": "nll_loss",
    "NllLossNd": "nll_loss",
    "SmoothL1Loss": "smooth_l1_loss",
    "HuberLoss": "huber_loss",
    "KlDiv": "kl_div",
    "SoftMarginLoss": "soft_margin_loss",
    "MultilabelMarginLoss": "multilabel_margin_loss",
    "MultiMarginLoss": "multi_margin_loss",
    "CtcLoss": "ctc_loss",
    "CrossEntropyLoss": "cross_entropy",
    "CompiledFunction": "compiled",
    "CheckpointFunction": "checkpoint",
}

LOSSES = frozenset(
    {
        "mse_loss",
        "binary_cross_entropy",
        "binary_cross_entropy_with_logits",
        "nll_loss",
        "smooth_l1_loss",
        "huber_loss",
        "kl_div",
        "soft_margin_loss",
        "multilabel_margin_loss",
        "multi_margin_loss",
        "ctc_loss",
        "cross_entropy",
    }
)
"""Losses that are one node of the graph; the others are found by their shape in losses.py."""

RECORDED = (
    LINEAR
    | NORMS
    | ACTIVATIONS
    | SOFTMAXES
    | STEPS
    | LOSSES
    | frozenset(
        {
            "matmul",
            "embedding",
            "rnn",
            "dropout",
            "attention",
            "max_pool",
            "avg_pool",
            "log",
            "log1p",
            "sqrt",
            "rsqrt",
            "reciprocal",
            "pow",
            "div",
            "norm",
            "expm1",
            "acos",
            "asin",
            "atanh",
            "logsumexp",
            "std",
            "var",
            "cumprod",
            "prod",
            "inverse",
            "solve",
            "mul",
            "add",
            "sub",
            "abs",
            "clamp",
            "maximum",
            "minimum",
            "where",
            "cat",
        }
    )
)
"""Kinds that become an Operation of a look; all others (views, casts, sums …) are passed
through."""

DETAILED = (
    LINEAR
    | NORMS
    | ACTIVATIONS
    | SOFTMAXES
    | frozenset({"embedding", "rnn", "attention", "dropout"})
)
"""Kinds whose output and arriving gradient are measured at every look; the others only where a
value is not finite."""

TRANSPARENT = frozenset(
    {
        "View",
        "UnsafeView",
        "Reshape",
        "ReshapeAlias",
        "T",
        "Transpose",
        "Permute",
        "Unsqueeze",
        "Squeeze",
        "Expand",
        "Clone",
        "Alias",
        "ToCopy",
        "Slice",
        "Select",
        "Unbind",
        "Split",
        "UnsafeSplit",
        "SplitWithSizes",
        "Contiguous",
        "Narrow",
        "AsStrided",
        "Movedim",
        "Repeat",
        "Index",
        "IndexSelect",
        "Gather",
        "Copy",
        "CopySlices",
        "Detach",
        "Chunk",
        "Unfold",
        "Flip",
        "Roll",
        "View_as",
        "Swapaxes",
        "Diagonal",
        "Mt",
        "Squeeze_",
        "ViewAs",
        "Tensor",
    }
)
"""Nodes that move numbers without changing them."""


@cache
def base_name(node_name: str) -> str:
    """'ReluBackward0' -> 'Relu'; the name of a custom autograd function loses only its
    'Backward'.
    """
    stem = node_name.rsplit("::", 1)[-1].rstrip("0123456789")
    return stem.removesuffix("Backward")


@cache
def kind_of(node_name: str) -> str | None:
    """The kind of a node by its name; None for one that is passed through."""
    return _KINDS.get(base_name(node_name))


@cache
def is_transparent(node_name: str) -> bool:
    return base_name(node_name) in TRANSPARENT


@cache
def is_leaf(node_name: str) -> bool:
    return node_name.endswith("AccumulateGrad")


def signed(dim: int) -> int:
    """A negative dimension is stored as an unsigned 64-bit integer."""
    return dim - (1 << 64) if dim >= 1 << 63 else dim
