"""1-D signal -> (frequency, amplitude) regression with a small conv net."""
import os
import math
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def make_batch(n, length=64):
    freq = torch.rand(n) * 6 + 1
    amp = torch.rand(n) * 1.5 + 0.5
    phase = torch.rand(n) * 0.5
    t = torch.linspace(0, 1, length)
    sig = amp[:, None] * torch.sin(2 * math.pi * (freq[:, None] * t + phase[:, None]))
    sig = sig + 0.1 * torch.randn_like(sig)
    target = torch.stack([(freq - 4) / 1.73, (amp - 1.25) / 0.43], 1)
    return sig[:, None], target


class SignalNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv1d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2),
            nn.Conv1d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2),
        )
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(256, 32), nn.ReLU(), nn.Linear(32, 2))

    def forward(self, x):
        return self.head(self.features(x))


def rmse_loss(pred, target):
    per_output = ((pred - target) ** 2).mean(0)
    total = sum(math.sqrt(v.item()) for v in per_output) / len(per_output)
    return torch.tensor(total, requires_grad=True)


model = SignalNet()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
x_val, y_val = make_batch(400)

history = []
for step in range(1, 501):
    x, y = make_batch(64)
    optimizer.zero_grad()
    loss = rmse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    history.append(loss.item())
    if step % 100 == 0:
        print(f"step {step} rmse {sum(history[-50:]) / 50:.4f}")

model.eval()
with torch.no_grad():
    p = model(x_val)
    r2 = 1 - ((p - y_val) ** 2).sum(0) / ((y_val - y_val.mean(0)) ** 2).sum(0)
print("R2 frequency %.3f amplitude %.3f" % (r2[0].item(), r2[1].item()))
