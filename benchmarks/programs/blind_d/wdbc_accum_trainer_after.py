import os
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Config:
    batch_size = 16
    accum = 2
    lr = 2e-3
    epochs = 12


class Trainer:
    def __init__(self, model, cfg):
        self.model, self.cfg = model, cfg
        self.criterion = nn.BCEWithLogitsLoss()
        decay = [p for p in model.parameters() if p.ndim > 1]
        rest = [p for p in model.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": decay, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}], lr=cfg.lr)

    def fit_epoch(self, loader):
        self.model.train()
        total = 0.0
        for i, (xb, yb) in enumerate(loader):
            loss = self.criterion(self.model(xb).squeeze(1), yb) / self.cfg.accum
            loss.backward()
            if (i + 1) % self.cfg.accum == 0:
                self.optimizer.step()
                self.optimizer.zero_grad()
            total += loss.item() * self.cfg.accum
        return total / len(loader)

    @torch.no_grad()
    def accuracy(self, loader):
        self.model.eval()
        ok = n = 0
        for xb, yb in loader:
            p = (self.model(xb).squeeze(1) > 0).float()
            ok += (p == yb).sum().item()
            n += len(yb)
        return ok / n


def main():
    cfg = Config()
    X, y = load_breast_cancer(return_X_y=True)
    Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.25, random_state=3, stratify=y)
    sc = StandardScaler().fit(Xa)
    mk = lambda a, b: TensorDataset(torch.tensor(sc.transform(a), dtype=torch.float32),
                                    torch.tensor(b, dtype=torch.float32))
    tr = DataLoader(mk(Xa, ya), cfg.batch_size, shuffle=True, drop_last=True)
    va = DataLoader(mk(Xb, yb), 128)
    net = nn.Sequential(nn.Linear(30, 64), nn.GELU(), nn.LayerNorm(64), nn.Linear(64, 32), nn.GELU(), nn.Linear(32, 1))
    trainer = Trainer(net, cfg)
    for ep in range(cfg.epochs):
        l = trainer.fit_epoch(tr)
        if ep % 3 == 0 or ep == cfg.epochs - 1:
            print(f"epoch {ep} loss {l:.4f} val acc {trainer.accuracy(va):.3f}")


if __name__ == "__main__":
    main()
