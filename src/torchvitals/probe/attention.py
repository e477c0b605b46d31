"""How an attention spreads its weight over the keys, and how large its logits are."""

from __future__ import annotations

import math
from typing import Any

import torch

from torchvitals.probe import kinds
from torchvitals.probe.graph import Node
from torchvitals.probe.statistics import stride_for
from torchvitals.probe.values import saved
from torchvitals.record.look import Attended

_ROWS = 128
"""Rows read of one attention: their mean entropy is then known to a tenth of its spread."""
_MATRICES = 4
"""Products of queries and keys whose logits are computed again."""
_MOST_WORK = 1 << 21
"""Multiplications that this may take: half a millisecond."""
_DEEPEST = 8
"""Nodes between the softmax and the product of matrices on either side: scale, mask, views,
dropout."""


def attended(node: Node) -> Attended | None:
    """The rows of an attention's weights; None for what is no attention, or keeps nothing."""
    with torch.no_grad():
        if node.kind == "attention":
            return _fused(node)
        return _by_hand(node) if node.kind == "softmax" else None


def _by_hand(node: Node) -> Attended | None:
    result = saved(node, "result")
    dim = getattr(node.handle, "_saved_dim", None)
    if result is None or not isinstance(dim, int) or result.dim() < 2:
        return None
    if result.shape[kinds.signed(dim)] < 2 or not _reaches_product(node, _DEEPEST):
        return None
    rows = result.detach().movedim(kinds.signed(dim), -1)
    rows = rows.reshape(-1, rows.shape[-1])
    return _describe(rows[:: stride_for(len(rows), _ROWS)].float(), _logits_before(node))


def _reaches_product(node: Node, depth: int) -> bool:
    """Whether the weights mix rows of values: what a softmax over scores of a class does not."""
    for consumer, _ in node.consumers:
        if kinds.base_name(consumer.name) in ("Bmm", "Mm", "Baddbmm"):
            return True
        masked = kinds.base_name(consumer.name) == "Mul" and None in consumer.inputs
        if (
            depth
            and (masked or consumer.kind == "dropout" or kinds.is_transparent(consumer.name))
            and _reaches_product(consumer, depth - 1)
        ):
            return True
    return False


def _logits_before(node: Node) -> torch.Tensor | None:
    """Some of the logits that entered a softmax, without its mask; None where they are not
    products of matrices.
    """
    scale, below = 1.0, node
    for _ in range(_DEEPEST):
        base = kinds.base_name(below.name)
        if base in ("Bmm", "Baddbmm"):
            names = ("self", "mat2") if base == "Bmm" else ("batch1", "batch2")
            left, right = saved(below, names[0]), saved(below, names[1])
            return None if left is None or right is None else _product(left, right, scale)
        if base in ("Mul", "Div"):
            factor = _constant(below)
            if factor is None or not factor:
                return None
            scale = scale * factor if base == "Mul" else scale / factor
        elif below is not node and not _keeps_logits(below, base):
            return None
        found = next((child for child in below.inputs if child is not None), None)
        if found is None:
            return None
        below = found
    return None


def _keeps_logits(node: Node, base: str) -> bool:
    """Whether a node only views or masks them."""
    inner = [child for child in node.inputs if child is not None]
    return kinds.is_transparent(node.name) or (
        base in ("MaskedFill", "Where", "Add") and len(inner) == 1
    )


def _constant(node: Node) -> float | None:
    other: Any = getattr(node.handle, "_saved_other", None)
    if isinstance(other, torch.Tensor):
        return float(other) if other.numel() == 1 else None
    return float(other) if isinstance(other, (int, float)) else None


def _product(left: torch.Tensor, right: torch.Tensor, scale: float) -> torch.Tensor | None:
    """A few rows of a few products; None where even they are much work."""
    left, right = left.detach(), right.detach()
    step = -(-left.shape[0] // _MATRICES)
    left, right = left[::step], right[::step]
    left = left[:, :: stride_for(left.shape[1], max(_ROWS // len(left), 1))]
    if left.numel() * right.shape[-1] > _MOST_WORK:
        return None
    return (left.float() @ right.float()).mul_(scale)


def _fused(node: Node) -> Attended | None:
    query, key = saved(node, "query"), saved(node, "key")
    if query is None or key is None or query.dim() != 4 or query.shape[:2] != key.shape[:2]:
        return None
    scale: Any = getattr(node.handle, "_saved_scale", None)
    scale = scale if isinstance(scale, float) else 1 / math.sqrt(query.shape[-1])
    left, right = query.detach().flatten(0, 1), key.detach().flatten(0, 1).transpose(1, 2)
    logits = _product(left, right, scale)
    if logits is None or logits.shape[-1] < 2:
        return None
    weights = _masked(node, logits, query)
    return None if weights is None else _describe(weights.softmax(-1).flatten(0, 1), logits)


def _masked(node: Node, logits: torch.Tensor, query: torch.Tensor) -> torch.Tensor | None:
    """The logits with what the mask takes out; None where the mask is not to be read."""
    length, keys = query.shape[2], logits.shape[-1]
    places = torch.arange(length)[:: stride_for(length, max(_ROWS // len(logits), 1))]
    if bool(getattr(node.handle, "_saved_is_causal", False)):
        hidden = torch.arange(keys)[None, :] > places[:, None]
        return logits.masked_fill(hidden.to(logits.device), -math.inf)
    for name in ("attn_mask", "attn_bias"):
        mask = saved(node, name)
        if mask is not None:
            whole = mask.detach().expand(*query.shape[:3], keys).flatten(0, 1)
            step = -(-whole.shape[0] // _MATRICES)
            part = whole[::step][:, places.to(mask.device)]
            if part.dtype is torch.bool:
                return logits.masked_fill(~part, -math.inf)
            return logits + part.float()
    return logits


def _describe(rows: torch.Tensor, logits: torch.Tensor | None) -> Attended | None:
    """Rows of weights that sum to 1; those with one key left to choose tell nothing."""
    open_keys = (rows > 0).sum(-1)
    spread = -(rows * rows.clamp_min(1e-30).log()).sum(-1)
    choice = open_keys > 1
    relative = spread[choice] / open_keys[choice].float().log()
    largest = None if logits is None else float(logits.abs().max())
    return Attended(
        rows=len(rows),
        keys=int(rows.shape[-1]),
        entropy=float(relative.mean()) if len(relative) else 0.0,
        uniform=float((relative > _EVEN).float().mean()) if len(relative) else 0.0,
        sharp=float((rows.amax(-1) > _SHARP).float().mean()),
        largest_logit=largest,
        logit_std=None if logits is None else float(logits.std(-1).mean()),
    )


_EVEN = 0.999
"""Of ln(keys): logits of a standard deviation of 0.1 over 100 keys."""
_SHARP = 0.99
"""Weight of the largest key from which the gradient through the softmax is below a hundredth."""
