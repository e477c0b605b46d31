import torch
import torch.nn as nn
import torch.nn.functional as F


class FeatureNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 8, 9, padding=4)
        self.conv2 = nn.Conv1d(8, 8, 9, padding=4)

    def forward(self, x):
        x = F.max_pool1d(F.relu(self.conv(x)), 4)
        x = F.max_pool1d(F.relu(self.conv2(x)), 4)
        return x.mean(-1)


class Model(nn.Module):
    def __init__(self, n_classes=6):
        super().__init__()
        self.features = FeatureNet()
        self.head = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, n_classes))
        self.cache = None

    def forward(self, x):
        features = self.features(x)
        self.cache = features.detach()
        return self.head(features)


def signals(n, n_classes=6):
    y = torch.randint(0, n_classes, (n,))
    t = torch.arange(64.0)
    freq = 0.2 + 0.25 * y[:, None]
    x = torch.sin(freq * t + 6.28 * torch.rand(n, 1)) + 0.5 * torch.randn(n, 64)
    return x.unsqueeze(1), y


torch.manual_seed(1)
x, y = signals(1000)
model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(12):
    for idx in torch.randperm(800).split(32):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x[idx]), y[idx])
        loss.backward()
        optimizer.step()
    if epoch % 3 == 2:
        with torch.no_grad():
            acc = (model(x[800:]).argmax(1) == y[800:]).float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.3f} acc {acc:.3f}")
