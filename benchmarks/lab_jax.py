"""The XOR census as one writes it in JAX: one training, `vmap` over keys, `scan` over steps."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

INPUTS = jnp.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TARGETS = jnp.array([[0.0], [1.0], [1.0], [0.0]])
SIZES = (2, 2, 1)
LR = 0.1

Parameters = list[tuple[jax.Array, jax.Array]]


def draw(key: jax.Array) -> Parameters:
    parameters: Parameters = []
    for fan_in, fan_out in itertools.pairwise(SIZES):
        key, of_weights, of_biases = jax.random.split(key, 3)
        bound = fan_in**-0.5
        weights = jax.random.uniform(of_weights, (fan_in, fan_out), minval=-bound, maxval=bound)
        biases = jax.random.uniform(of_biases, (fan_out,), minval=-bound, maxval=bound)
        parameters.append((weights, biases))
    return parameters


def outputs(parameters: Parameters) -> jax.Array:
    h = INPUTS
    for weights, biases in parameters:
        h = jax.nn.relu(h @ weights + biases)
    return h


@jax.custom_vjp
def bce(p: jax.Array, y: jax.Array) -> jax.Array:
    """`torch.nn.BCELoss`: the logarithm cut at -100, and the gradient that torch has."""
    terms = (y - 1) * jnp.maximum(jnp.log1p(-p), -100.0) - y * jnp.maximum(jnp.log(p), -100.0)
    return terms.mean()


def _forward(p: jax.Array, y: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return bce(p, y), (p, y)


def _backward(kept: tuple[jax.Array, jax.Array], g: jax.Array) -> tuple[jax.Array, None]:
    p, y = kept
    return g * (p - y) / jnp.maximum(p * (1 - p), 1e-12) / p.size, None


bce.defvjp(_forward, _backward)


def loss(parameters: Parameters) -> jax.Array:
    return bce(outputs(parameters), TARGETS)


def refused(parameters: Parameters) -> jax.Array:
    return ~jnp.all(outputs(parameters) <= 1.0)


def train_one(key: jax.Array, steps: int) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Loss at the end, whether torch would have raised an error, whether every output is right."""

    def step(
        state: tuple[Parameters, jax.Array], _: None
    ) -> tuple[tuple[Parameters, jax.Array], None]:
        parameters, crashed = state
        crashed = crashed | refused(parameters)
        gradient = jax.grad(loss)(parameters)
        moved = jax.tree.map(lambda p, g: jnp.where(crashed, p, p - LR * g), parameters, gradient)
        return (moved, crashed), None

    (parameters, crashed), _ = lax.scan(step, (draw(key), jnp.array(False)), None, length=steps)
    right = jnp.all((outputs(parameters) > 0.5) == (TARGETS > 0.5)) & ~crashed
    return loss(parameters), crashed, right


def train(count: int, steps: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    keys = jax.random.split(jax.random.key(seed), count)
    found = census(keys, steps)
    return tuple(np.asarray(x) for x in jax.block_until_ready(found))


census = jax.jit(jax.vmap(train_one, in_axes=(0, None)), static_argnums=1)


@dataclass(frozen=True)
class Census:
    """Seconds of one call, and what came of it."""

    seconds: float
    crashed: float
    dead: float


def timed(count: int, steps: int, seed: int) -> Census:
    began = time.perf_counter()
    losses, crashed, _ = train(count, steps, seed)
    seconds = time.perf_counter() - began
    return Census(seconds, float(crashed.mean()), float(((losses == 50.0) & ~crashed).mean()))


def forget_compiled() -> None:
    """So that the next call compiles anew."""
    jax.clear_caches()
