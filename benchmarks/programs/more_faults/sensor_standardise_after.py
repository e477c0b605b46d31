import torch
from torch import nn

torch.manual_seed(0)

# 10 sensors; number 7 was unplugged during the recording
readings = torch.randn(800, 10) * torch.linspace(0.5, 30, 10) + 20
readings[:, 7] = 0.0
target = (readings[:, 0] - 20) / 0.5 + 0.05 * (readings[:, 5] - 20)
target = (target - target.mean()) / target.std()

x = (readings - readings.mean(dim=0)) / (readings.std(dim=0) + 1e-6)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)

for epoch in range(20):
    for idx in torch.randperm(800).split(40):
        out = model(x[idx]).squeeze(-1)
        loss = nn.functional.mse_loss(out, target[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 4:
        print("epoch", epoch + 1, "loss", loss.item())
