import numpy as np
import torch
from torch import nn

np.random.seed(0)
torch.manual_seed(0)

series = np.sin(np.arange(1300) * 0.2) + 0.5 * np.sin(np.arange(1300) * 0.05)
series += 0.05 * np.random.randn(1300)
series = (series - series.mean()) / series.std()
window = 20
X = np.stack([series[i : i + window] for i in range(1280)])
Y = series[window : window + 1280]
X = torch.tensor(X, dtype=torch.float32).unsqueeze(-1)
Y = torch.tensor(Y, dtype=torch.float32).unsqueeze(-1)


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 24, batch_first=True)
        self.out = nn.Linear(24, 1)

    def forward(self, x):
        h, _ = self.gru(x)
        return self.out(h[:, -1])


net = Forecaster()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
loss_fn = nn.SmoothL1Loss()
for epoch in range(8):
    net.train()
    for idx in torch.randperm(1000).split(50):
        loss = loss_fn(net(X[idx]), Y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        test = nn.functional.mse_loss(net(X[1000:]), Y[1000:]).item()
    print(f"epoch {epoch} test mse {test:.4f}")
