"""Hourly load forecasting with a GRU."""
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

WINDOW = 24


def make_series(n=2500):
    t = np.arange(n)
    daily = np.sin(2 * np.pi * t / 24) + 0.4 * np.sin(4 * np.pi * t / 24 + 1)
    weekly = 0.5 * np.sin(2 * np.pi * t / 168)
    return (daily * (1 + 0.3 * weekly) + weekly + 0.08 * np.random.randn(n)).astype(np.float32)


class Forecaster(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.gru = nn.GRU(1, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 1)

    def forward(self, x):
        out, _ = self.gru(x)
        return self.fc(out[:, -1])


class Trainer:
    def __init__(self, model, lr=0.1, grad_clip=1.0):
        self.model = model
        self.grad_clip = grad_clip
        self.optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
        self.loss_fn = nn.MSELoss()

    def fit(self, x, y, epochs, batch_size=64):
        for epoch in range(epochs):
            total = 0.0
            for idx in torch.randperm(len(x)).split(batch_size):
                self.optimizer.zero_grad()
                loss = self.loss_fn(self.model(x[idx]), y[idx])
                loss.backward()
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.grad_clip)
                self.optimizer.step()
                total += loss.item() * len(idx)
            print(f"epoch {epoch} train mse {total / len(x):.4f}")

    @torch.no_grad()
    def evaluate(self, x, y):
        p = self.model(x)
        return 1 - ((p - y) ** 2).sum().item() / ((y - y.mean()) ** 2).sum().item()


s = make_series()
s = (s - s.mean()) / s.std()
X = np.stack([s[i:i + WINDOW] for i in range(len(s) - WINDOW - 3)])[..., None]
Y = s[WINDOW + 3:][:, None]          # three hours ahead
X, Y = torch.tensor(X), torch.tensor(Y)
cut = 2000
trainer = Trainer(Forecaster())
trainer.fit(X[:cut], Y[:cut], epochs=6)
print("test R2 %.3f" % trainer.evaluate(X[cut:], Y[cut:]))
