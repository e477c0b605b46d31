"""Next-day volatility regime from volume / price windows (synthetic candles)."""
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)

# a two-regime market: calm / nervous
N, WIN = 1200, 12
regime = np.zeros(N, dtype=int)
for t in range(1, N):
    regime[t] = 1 - regime[t - 1] if rng.random() < 0.03 else regime[t - 1]
ret = rng.normal(0, np.where(regime == 1, 0.03, 0.008))
price = 50 * np.exp(np.cumsum(ret))
volume = np.round(rng.gamma(2.0, np.where(regime == 1, 900, 300)))
volume[rng.choice(np.arange(200, N), 6, replace=False)] = 0.0        # exchange holidays: nothing traded

log_ret = np.diff(np.log(price))
log_vol = np.log(volume)[1:]
feats = np.stack([log_ret / 0.02, np.abs(log_ret) / 0.02, log_vol - 6.0], axis=1)
target = regime[1:]

X = np.stack([feats[i:i + WIN] for i in range(len(feats) - WIN)])
y = target[WIN:]
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y)
split = 900


class RegimeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 24, batch_first=True)
        self.head = nn.Linear(24, 2)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


model = RegimeNet()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(8):
    losses = []
    for b in torch.randperm(split).split(32):
        opt.zero_grad()
        loss = loss_fn(model(X[b]), y[b])
        loss.backward()
        opt.step()
        losses.append(loss.item())
    print("epoch", epoch, "loss", np.mean(losses))
with torch.no_grad():
    keep = torch.isfinite(X[split:]).all(-1).all(-1)
    pred = model(X[split:][keep]).argmax(1)
    t = y[split:][keep]
    bal = np.mean([(pred[t == c] == c).float().mean().item() for c in (0, 1) if (t == c).any()])
print("balanced accuracy", round(float(bal), 3))
