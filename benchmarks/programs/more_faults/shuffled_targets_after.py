import numpy as np
import torch
import torch.nn as nn

rng = np.random.default_rng(0)
torch.manual_seed(0)
x = rng.normal(size=(1000, 5)).astype(np.float32)
y = (np.tanh(x[:, 0]) + x[:, 1] * x[:, 2]).astype(np.float32)[:, None]
y = (y - y.mean()) / y.std()


def batches(x, y, size):
    """Shuffle, then cut in pieces."""
    order = rng.permutation(len(x))
    x, y = x[order], y[order]
    for i in range(0, len(x), size):
        yield torch.from_numpy(x[i : i + size].copy()), torch.from_numpy(y[i : i + size].copy())


net = nn.Sequential(nn.Linear(5, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(25):
    losses = []
    for xb, yb in batches(x, y, 40):
        loss = nn.functional.mse_loss(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} mse {np.mean(losses):.4f} variance {y.var():.4f}")
