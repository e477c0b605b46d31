import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(400, 256)
        self.fc2 = nn.Linear(256, 128)
        self.fc3 = nn.Linear(128, 10)
        self.p = p

    def forward(self, x):
        x = F.dropout(F.relu(self.fc1(x)), self.p, self.training)
        x = F.dropout(F.relu(self.fc2(x)), self.p, self.training)
        return F.log_softmax(self.fc3(x), dim=-1)


def load(n=2000, seed=4):
    rng = np.random.default_rng(seed)
    templates = rng.random((10, 400)) < 0.25
    label = rng.integers(0, 10, n)
    flip = rng.random((n, 400)) < 0.15
    img = np.where(flip, rng.random((n, 400)), templates[label] * 0.9)
    return torch.tensor(img, dtype=torch.float32), torch.tensor(label)


torch.manual_seed(4)
x, y = load()
model = Net()
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(10):
    model.train()
    for idx in torch.randperm(1600).split(50):
        opt.zero_grad()
        loss = F.nll_loss(model(x[idx]), y[idx])
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        acc = (model(x[1600:]).argmax(1) == y[1600:]).float().mean().item()
    print(f"epoch {epoch} train loss {loss.item():.3f} test acc {acc:.3f}")
