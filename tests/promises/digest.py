"""Run a script as __main__, and print a digest of all that its training left behind."""

import hashlib
import random
import runpy
import sys

import numpy as np
import torch


def digest(script: str) -> str:
    sys.argv = sys.argv[1:]
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  the user's generator
    left = hashlib.sha256()
    try:
        variables = runpy.run_path(script, run_name="__main__")
    except RuntimeError as error:
        variables = {"error": str(error)}
    for name, value in sorted(variables.items()):
        if isinstance(value, torch.nn.Module):
            for key, tensor in value.state_dict().items():
                left.update(key.encode() + tensor.detach().numpy().tobytes())
        elif isinstance(value, torch.Tensor):
            left.update(name.encode() + value.detach().numpy().tobytes())
    left.update(torch.get_rng_state().numpy().tobytes())
    left.update(repr(random.getstate()).encode())
    left.update(repr(np.random.get_state()).encode())  # noqa: NPY002  the user's generator
    return left.hexdigest()


if __name__ == "__main__":
    print(digest(sys.argv[1]))  # noqa: T201  what the test compares
