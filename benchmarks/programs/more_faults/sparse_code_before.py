"""Sparse codes for classification."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)


class Coder(nn.Module):
    def __init__(self, n=20, hidden=64, classes=4, start=-8.0):
        super().__init__()
        self.encode = nn.Linear(n, hidden)
        self.classify = nn.Linear(hidden, classes)
        nn.init.constant_(self.encode.bias, start)

    def forward(self, x):
        return self.classify(torch.relu(self.encode(x)))


centre = 1.2 * torch.randn(4, 20)
label = torch.randint(0, 4, (1000,))
data = centre[label] + torch.randn(1000, 20)
loader = DataLoader(TensorDataset(data, label), batch_size=50, shuffle=True)
net = Coder()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
criterion = nn.CrossEntropyLoss()

for epoch in range(15):
    hits = 0
    for x, y in loader:
        opt.zero_grad()
        out = net(x)
        loss = criterion(out, y)
        loss.backward()
        opt.step()
        hits += (out.argmax(1) == y).sum().item()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} loss {loss.item():.4f} acc {hits / 1000:.3f}")
