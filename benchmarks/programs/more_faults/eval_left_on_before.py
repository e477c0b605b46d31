import torch
import torch.nn as nn
import torch.nn.functional as F


class DeepBN(nn.Module):
    def __init__(self, depth=10, width=64):
        super().__init__()
        self.inp = nn.Linear(20, width)
        self.layers = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(depth))
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for _ in range(depth))
        self.out = nn.Linear(width, 4)

    def forward(self, x):
        x = F.relu(self.inp(x))
        for layer, norm in zip(self.layers, self.norms):
            x = torch.tanh(norm(layer(x)))
        return self.out(x)


def evaluate(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


torch.manual_seed(0)
x = torch.randn(1200, 20)
y = (x[:, :6] @ torch.randn(6, 4) + torch.relu(x[:, 6:10])).argmax(1)
model = DeepBN()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)

print("before training:", evaluate(model, x[1000:], y[1000:]))
for epoch in range(8):
    for idx in torch.randperm(1000).split(50):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x[idx]), y[idx])
        loss.backward()
        optimizer.step()
    acc = evaluate(model, x[1000:], y[1000:])
    print(f"epoch {epoch} loss {loss.item():.4f} acc {acc:.3f}")
