# roasting coffee: temperature (C) and duration (min) -> good roast?
import os
import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def load_coffee_data():
    rng = np.random.default_rng(2)
    X = rng.random(400).reshape(-1, 2)
    X[:, 1] = X[:, 1] * 4 + 11.5            # 12-15 min is best
    X[:, 0] = X[:, 0] * (285 - 150) + 150   # 350-500 F (175-260 C) is best
    Y = np.zeros(len(X))
    for i, (t, d) in enumerate(X):
        y = -3 / (260 - 175) * t + 21
        if 175 < t < 260 and 12 < d < 15 and d <= y:
            Y[i] = 1
    return X, Y.reshape(-1, 1)


X, Y = load_coffee_data()
Xn = X
Xt = torch.tensor(np.tile(Xn, (80, 1)), dtype=torch.float32)
Yt = torch.tensor(np.tile(Y, (80, 1)), dtype=torch.float32)


class Roast(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Linear(2, 8)
        self.layer2 = nn.Linear(8, 1)
        for l in (self.layer1, self.layer2):
            nn.init.xavier_uniform_(l.weight)
            nn.init.zeros_(l.bias)

    def forward(self, x):
        return torch.sigmoid(self.layer2(torch.sigmoid(self.layer1(x))))


model = Roast()
opt = torch.optim.Adam(model.parameters(), lr=0.01, eps=1e-7)
bce = nn.BCELoss()
for epoch in range(10):
    s = 0
    batches = torch.randperm(len(Xt)).split(64)
    for b in batches:
        opt.zero_grad()
        loss = bce(model(Xt[b]), Yt[b])
        loss.backward()
        opt.step()
        s += loss.item()
    print(f"Epoch {epoch + 1}/10 loss: {s / len(batches):.4f}")
with torch.no_grad():
    p = model(torch.tensor(Xn, dtype=torch.float32)).numpy()
print("accuracy", ((p > 0.5) == Y).mean(), "share of the larger class", max(Y.mean(), 1 - Y.mean()))
