"""Config-driven trainer with a cosine schedule that ends at zero."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class Config:
    n_features: int = 16
    hidden: int = 64
    batch_size: int = 32
    epochs: int = 12
    lr: float = 3e-3
    seed: int = 0


class Trainer:
    def __init__(self, cfg):
        self.cfg = cfg
        torch.manual_seed(cfg.seed)
        x = torch.randn(1400, cfg.n_features)
        y = torch.cos(x[:, :1] * 1.5) + 0.4 * x[:, 1:2] * x[:, 2:3] - 0.3 * x[:, 3:4]
        y = (y - y.mean()) / y.std()
        self.val = (x[1200:], y[1200:])
        self.loader = DataLoader(TensorDataset(x[:1200], y[:1200]), cfg.batch_size, shuffle=True)
        self.model = nn.Sequential(
            nn.Linear(cfg.n_features, cfg.hidden),
            nn.SiLU(),
            nn.Linear(cfg.hidden, cfg.hidden),
            nn.SiLU(),
            nn.Linear(cfg.hidden, 1),
        )
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=cfg.lr)
        self.scheduler = CosineAnnealingLR(self.optimizer, cfg.epochs * len(self.loader))
        self.loss = nn.MSELoss()

    def step(self, x, y):
        self.optimizer.zero_grad()
        loss = self.loss(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()
        return loss.item()

    def fit(self):
        for epoch in range(self.cfg.epochs):
            losses = [self.step(x, y) for x, y in self.loader]
            with torch.no_grad():
                val = self.loss(self.model(self.val[0]), self.val[1]).item()
            lr = self.scheduler.get_last_lr()[0]
            print(f"{epoch:2d} lr {lr:.1e} train {sum(losses) / len(losses):.4f} val {val:.4f}")


if __name__ == "__main__":
    Trainer(Config()).fit()
