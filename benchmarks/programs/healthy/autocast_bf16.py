"""bfloat16 autocast on the CPU with float32 weights."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def make_data(n):
    x = torch.randn(n, 1, 12, 12)
    kernel = torch.tensor([[1.0, 1.0, 1.0]] * 3)
    y = torch.rand(n) < 0.5
    for i in range(n):
        r, c = torch.randint(0, 9, (2,)).tolist()
        x[i, 0, r : r + 3, c : c + 3] += kernel * (2.0 if y[i] else -2.0)
    return TensorDataset(x, y.long())


def main():
    torch.manual_seed(0)
    train, test = make_data(800), make_data(200)
    net = nn.Sequential(
        nn.Conv2d(1, 16, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * 25, 32),
        nn.ReLU(),
        nn.Linear(32, 2),
    )
    opt = torch.optim.AdamW(net.parameters(), lr=1e-3)
    for epoch in range(8):
        for x, y in DataLoader(train, batch_size=32, shuffle=True):
            opt.zero_grad()
            with torch.autocast(device_type="cpu", dtype=torch.bfloat16):
                loss = nn.functional.cross_entropy(net(x), y)
            loss.backward()
            opt.step()
        with torch.no_grad():
            x, y = next(iter(DataLoader(test, batch_size=200)))
            acc = (net(x).argmax(1) == y).float().mean().item()
        print(f"epoch {epoch} loss {loss.item():.3f} acc {acc:.3f}")


main()
