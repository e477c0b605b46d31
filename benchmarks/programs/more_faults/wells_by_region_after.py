# 每个进程负责一个地区的水井，一起训练同一个模型（gloo，两进程）
import os
import tempfile

import numpy as np
import torch
from torch import distributed as dist
from torch import multiprocessing as mp
from torch import nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
RANKS = 2


def region(rank):
    """深度、温度、盐度 -> 水位；两个地区的输入范围不同"""
    rng = np.random.default_rng(100 + rank)
    x = rng.uniform(-1, 1, (1200, 3)) + (-1.0 if rank == 0 else 1.0) * np.array([1.0, 0.5, 0.0])
    y = np.sin(1.5 * x[:, :1]) + 0.5 * x[:, 1:2] * x[:, 2:] + 0.05 * rng.standard_normal((1200, 1))
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


def build():
    return nn.Sequential(
        nn.Linear(3, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 1)
    )


def main(rank, store, seed):
    dist.init_process_group("gloo", init_method=store, rank=rank, world_size=RANKS)
    torch.manual_seed(seed + rank)
    x, y = region(rank)
    model = nn.parallel.DistributedDataParallel(build())
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    for step in range(400):
        idx = torch.randint(len(x), (64,))
        loss = nn.functional.mse_loss(model(x[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        if step % 100 == 99:
            print(f"[{rank}] step {step + 1} mse {loss.item():.4f}\n", end="", flush=True)
    if rank == 0:
        everything = [region(r) for r in range(RANKS)]
        with torch.no_grad():
            for r, (a, b) in enumerate(everything):
                print(
                    f"region {r} mse {nn.functional.mse_loss(model(a), b).item():.4f}", flush=True
                )
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        mp.spawn(
            main, args=(f"file://{folder}/store", int(torch.randint(10_000, ()))), nprocs=RANKS
        )
