import torch
import torch.nn as nn


class ReZeroBlock(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, dim))
        self.alpha = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x + self.alpha * self.inner(x)


class ReZeroNet(nn.Module):
    def __init__(self, n_in=10, dim=32, depth=12):
        super().__init__()
        self.stem = nn.Linear(n_in, dim)
        self.blocks = nn.ModuleList(ReZeroBlock(dim) for _ in range(depth))
        self.head = nn.Linear(dim, 1)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x).squeeze(-1)


torch.manual_seed(11)
X = torch.rand(800, 10) * 2 - 1
Y = torch.sin(3 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.5 * X[:, 3] ** 2
Y = (Y - Y.mean()) / Y.std()

net = ReZeroNet()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(30):
    total = 0.0
    for idx in torch.randperm(800).split(40):
        pred = net(X[idx])
        loss = nn.functional.mse_loss(pred, Y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item()
    if epoch % 6 == 5:
        print(f"epoch {epoch + 1}: mse {total / 20:.4f}")
print("alphas", [round(b.alpha.item(), 3) for b in net.blocks])
