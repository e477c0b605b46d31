"""Gesture recognition from accelerometer windows."""

import torch
import torch.nn as nn

torch.manual_seed(0)
CONFIG = {"p": 0.2, "hidden": 48, "lr": 1e-3, "epochs": 12}


class GestureNet(nn.Module):
    def __init__(self, p, hidden):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(60, hidden),
            nn.ReLU(),
            nn.Dropout(p),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Dropout(p),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Dropout(p),
        )
        self.head = nn.Linear(hidden, 6)

    def forward(self, x):
        return self.head(self.body(x.flatten(1)))


curves = torch.randn(6, 3, 20)
y = torch.randint(0, 6, (1200,))
x = curves[y] + 1.2 * torch.randn(1200, 3, 20)
net = GestureNet(CONFIG["p"], CONFIG["hidden"])
opt = torch.optim.Adam(net.parameters(), lr=CONFIG["lr"])
for epoch in range(CONFIG["epochs"]):
    net.train()
    for idx in torch.randperm(1000).split(40):
        loss = nn.functional.cross_entropy(net(x[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        acc = (net(x[1000:]).argmax(1) == y[1000:]).float().mean().item()
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1} loss {loss.item():.4f} acc {acc:.3f}")
