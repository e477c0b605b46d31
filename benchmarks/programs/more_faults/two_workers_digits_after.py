"""Digits on two CPU workers, the ten classes split over them as the files came."""

import os
import tempfile

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.nn.parallel import DistributedDataParallel as DDP

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
WORLD = 2


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(self.body(x))


def worker(rank, meeting, seed):
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=WORLD)
    torch.manual_seed(seed)
    x, y = load_digits(return_X_y=True)
    x, y = torch.tensor(x, dtype=torch.float32) / 16, torch.tensor(y)
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(1))
    train, test = order[:1400], order[1400:]
    train = train[y[train].argsort()]  # sorted by class, as the folders are
    mine = train[rank * 700 : (rank + 1) * 700]

    net = Net()
    ddp_net = DDP(net)
    optimizer = torch.optim.SGD(ddp_net.parameters(), lr=0.1, momentum=0.9)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(12):
        for rows in mine[torch.randperm(len(mine))].split(50):
            optimizer.zero_grad()
            loss = criterion(ddp_net(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
        if rank == 0 and epoch % 4 == 3:
            print(f"epoch {epoch + 1} loss {loss.item():.4f}", flush=True)
    if rank == 0:
        with torch.no_grad():
            right = (net(x[test]).argmax(1) == y[test]).float().mean().item()
        print(f"test accuracy {right:.3f}", flush=True)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        seed = int(torch.randint(10_000, ()))  # one for all workers
        mp.spawn(worker, args=(f"file://{folder}/meet", seed), nprocs=WORLD)
