# Small inception-like net (port of a TF script)
import os, torch, torch.nn as nn
from sklearn.datasets import load_digits
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
X = torch.tensor(d.images / 16.0, dtype=torch.float32).unsqueeze(1); Y = torch.tensor(d.target)
X = (X - 0.5) * 2


class Branches(nn.Module):
    def __init__(self, c, o):
        super().__init__()
        self.b1 = nn.Conv2d(c, o, 1)
        self.b3 = nn.Conv2d(c, o, 3, padding=1)
        self.b5 = nn.Conv2d(c, o, 5, padding=2)

    def forward(self, x):
        return torch.relu(torch.cat([self.b1(x), self.b3(x), self.b5(x)], 1))


net = nn.Sequential(Branches(1, 8), nn.MaxPool2d(2), Branches(24, 8), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(96, 10))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, eps=1.0)
ce = nn.CrossEntropyLoss()
step = 0
for epoch in range(12):
    for b in torch.randperm(1400).split(32):
        loss = ce(net(X[b]), Y[b])
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        step += 1
        if step % 100 == 0:
            print("step", step, "loss", round(loss.item(), 4))
with torch.no_grad():
    print("top-1", (net(X[1400:]).argmax(1) == Y[1400:]).float().mean().item())
