import torch
from torch import nn

torch.manual_seed(0)
dtype = torch.float32
x = torch.randn(1000, 64)
y = x[:, :1] * 2 + torch.relu(x[:, 1:2]) - x[:, 2:3] * 0.5
y = (y - y.mean()) / y.std()

model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 1)).to(dtype)
optimizer = torch.optim.SGD(model.parameters(), lr=3e-2)
for step in range(300):
    idx = torch.randint(0, 1000, (64,))
    out = model(x[idx].to(dtype))
    loss = ((out - y[idx].to(dtype)) ** 2).sum() / 64
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step < 3 or step % 50 == 49:
        print(f"step {step} loss {loss.item():.4g}")
