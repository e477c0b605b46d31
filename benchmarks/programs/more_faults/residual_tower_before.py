import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.lin1 = nn.Linear(dim, dim)
        self.lin2 = nn.Linear(dim, dim)
        for lin in (self.lin1, self.lin2):
            nn.init.kaiming_normal_(lin.weight)
            nn.init.zeros_(lin.bias)

    def forward(self, x):
        return x + self.lin2(F.relu(self.lin1(x)))


class Tower(nn.Module):
    def __init__(self, n_in=8, dim=48, depth=32):
        super().__init__()
        self.embed = nn.Linear(n_in, dim)
        self.blocks = nn.Sequential(*[Block(dim) for _ in range(depth)])
        self.head = nn.Linear(dim, 1)

    def forward(self, x):
        return self.head(self.blocks(self.embed(x)))


torch.manual_seed(0)
x = torch.randn(512, 8)
y = torch.sin(x[:, :1]) + 0.5 * x[:, 1:2]
model = Tower()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
for step in range(150):
    idx = torch.randint(0, 512, (64,))
    loss = F.mse_loss(model(x[idx]), y[idx])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step < 3 or step % 30 == 29:
        print(f"step {step} loss {loss.item():.4g}")
