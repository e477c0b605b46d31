import torch
from torch import nn
from torch.utils.checkpoint import checkpoint


class Stage(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.fc1 = nn.Linear(dim, 2 * dim)
        self.fc2 = nn.Linear(2 * dim, dim)

    def forward(self, x):
        return x + self.fc2(torch.nn.functional.silu(self.fc1(self.norm(x))))


class Net(nn.Module):
    def __init__(self, n_in=12, dim=48, n_stages=4, n_out=5):
        super().__init__()
        self.inp = nn.Linear(n_in, dim)
        self.stages = nn.ModuleList([Stage(dim) for _ in range(n_stages)])
        self.out = nn.Linear(dim, n_out)

    def forward(self, x):
        x = self.inp(x)
        for stage in self.stages:
            x = checkpoint(stage, x, use_reentrant=False)
        return self.out(x)


torch.manual_seed(0)
x = torch.randn(2400, 12)
y = (torch.tanh(x @ torch.randn(12, 6) / 3) @ torch.randn(6, 5)).argmax(1)
model = Net()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
for epoch in range(8):
    for idx in torch.randperm(2000).split(40):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x[idx]), y[idx])
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        acc = (model(x[2000:]).argmax(1) == y[2000:]).float().mean().item()
    print(f"epoch {epoch} loss {loss.item():.3f} acc {acc:.3f}")
