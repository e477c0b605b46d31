import torch
from torch import nn

torch.manual_seed(0)

opts = dict(lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
x = torch.randn(1000, 9)
y = torch.sin(x[:, :1]) + x[:, 1:2] * 0.5 + torch.relu(x[:, 2:3])
y = (y - y.mean()) / y.std()

model = nn.Sequential(nn.Linear(9, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), **opts)

for epoch in range(20):
    total = 0.0
    for idx in torch.randperm(1000).split(40):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x[idx]), y[idx])
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 4 == 3:
        print(f"epoch {epoch + 1} mse {total / 25:.4f}")
