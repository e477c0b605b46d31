# ordinal regression of star ratings 1..5 with cumulative binary targets
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

n = 2500
X = np.random.randn(n, 10)
quality = 1.4 * X[:, 0] - X[:, 1] + 0.8 * np.tanh(2 * X[:, 2]) * X[:, 3] + 0.3 * np.random.randn(n)
stars = np.digitize(quality, np.quantile(quality, [0.1, 0.3, 0.55, 0.8]))  # 0..4
X = torch.tensor(X, dtype=torch.float32)
stars = torch.tensor(stars)
levels = (stars[:, None] > torch.arange(4)).float()


class Coral(nn.Module):
    """one shared score, four ordered thresholds"""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(10, 48), nn.SiLU(), nn.Linear(48, 48), nn.SiLU())
        self.score = nn.Linear(48, 1, bias=False)
        self.thresholds = nn.Parameter(torch.zeros(4))

    def forward(self, x):
        return self.score(self.body(x)) + self.thresholds


model = Coral()
opt = torch.optim.RMSprop(model.parameters(), lr=3e-3)
for epoch in range(30):
    s = 0
    for b in torch.randperm(2000).split(50):
        out = model(X[b])
        loss = nn.functional.binary_cross_entropy_with_logits(out, levels[b], reduction="sum") / len(b)
        model.zero_grad(set_to_none=False)
        loss.backward()
        opt.step()
        s += loss.item()
    if epoch % 6 == 0:
        print("epoch", epoch, "loss", round(s / 40, 4))

with torch.no_grad():
    pred = (torch.sigmoid(model(X[2000:])) > 0.5).sum(1)
err = (pred - stars[2000:]).abs().float().mean().item()
acc = (pred == stars[2000:]).float().mean().item()
print("stars off by %.2f on average, exact %.3f, thresholds %s" % (err, acc, model.thresholds.data.numpy().round(2)))
