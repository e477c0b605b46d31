# residual MLP, each branch starts as a no-op; there is neither dropout nor norm inside
import os
import torch
from torch import nn, optim
from sklearn.datasets import make_friedman2
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Branch(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)
        nn.init.zeros_(self.down.weight)
        nn.init.zeros_(self.down.bias)

    def forward(self, x):
        return x + self.down(torch.relu(self.up(x)))


class ResMLP(nn.Module):
    def __init__(self, n_in, width=32, blocks=4):
        super().__init__()
        self.stem = nn.Linear(n_in, width)
        self.blocks = nn.ModuleList(Branch(width) for _ in range(blocks))
        self.head = nn.Linear(width, 1)
        nn.init.zeros_(self.head.weight)

    def forward(self, x):
        x = self.stem(x)
        for b in self.blocks:
            x = b(x)
        return self.head(x)[:, 0]


X, y = make_friedman2(n_samples=2000, noise=20.0, random_state=SEED)
X = torch.tensor(StandardScaler().fit_transform(X), dtype=torch.float32)
y = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32)
model = ResMLP(X.shape[1])
model.eval()
opt = optim.Adam(model.parameters(), lr=1e-3)

for step in range(800):
    i = torch.randint(0, 1600, (64,))
    loss = nn.functional.smooth_l1_loss(model(X[i]), y[i])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(step, round(loss.item(), 5))

with torch.no_grad():
    p = model(X[1600:])
print("R2", 1 - ((p - y[1600:]) ** 2).sum().item() / ((y[1600:] - y[1600:].mean()) ** 2).sum().item())
