"""Estimate grain moisture from a near-infrared spectrum (24 channels)."""
import argparse
import os
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def get_args():
    p = argparse.ArgumentParser()
    p.add_argument("--epochs", type=int, default=8)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--batch-size", type=int, default=16)
    return p.parse_args([])


def spectra(n):
    grid = torch.linspace(0, 1, 24)
    moist = torch.rand(n, 1)
    protein = torch.rand(n, 1)
    scatter = 0.3 * torch.randn(n, 1)
    s = moist * torch.exp(-((grid - 0.3) / 0.1) ** 2) + protein * torch.exp(-((grid - 0.55) / 0.2) ** 2)
    s = s + scatter * (1 - grid) + 0.4 * moist ** 2 * torch.exp(-((grid - 0.8) / 0.1) ** 2)
    s = s + 0.05 * torch.randn(n, 24)
    return (s - 0.3) / 0.35, (moist - 0.5) / 0.29


class MoistureNet(nn.Module):
    def __init__(self, hidden=48):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(24, hidden), nn.BatchNorm1d(hidden), nn.ReLU(),
            nn.Linear(hidden, hidden), nn.BatchNorm1d(hidden), nn.ReLU(),
            nn.Linear(hidden, hidden), nn.BatchNorm1d(hidden), nn.ReLU(),
        )
        self.fc = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.fc(self.body(x))


def main():
    args = get_args()
    train = DataLoader(TensorDataset(*spectra(320)), batch_size=args.batch_size, shuffle=True, drop_last=True)
    x_val, y_val = spectra(300)
    model = MoistureNet()
    opt = torch.optim.Adam(model.parameters(), lr=args.lr)
    crit = nn.MSELoss()
    for epoch in range(args.epochs):
        model.train()
        total, n = 0.0, 0
        for x, y in train:
            opt.zero_grad()
            loss = crit(model(x), y)
            loss.backward()
            opt.step()
            total += loss.item() * len(x)
            n += len(x)
        model.eval()
        with torch.no_grad():
            pred = model(x_val)
            r2 = 1 - ((pred - y_val) ** 2).mean() / y_val.var(unbiased=False)
        print(f"epoch {epoch + 1} train mse {total / n:.4f} val R2 {r2.item():.3f}")
    print(f"final R2 {r2.item():.3f}")


if __name__ == "__main__":
    main()
