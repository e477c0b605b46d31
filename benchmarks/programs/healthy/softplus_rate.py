import torch
from torch import nn
from torch.nn import functional as F

# cooling rate of a body: always positive
torch.manual_seed(31)
n = 1000
delta = torch.rand(n, 1) * 2 - 1
wind = torch.rand(n, 1) * 2 - 1
rate = 1.2 * torch.exp(0.8 * delta) * (1.1 + wind).sqrt()
rate = rate * (1 + 0.03 * torch.randn(n, 1))
inputs = torch.cat([delta, wind], 1)


class RateNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 32)
        self.b = nn.Linear(32, 32)
        self.c = nn.Linear(32, 1)

    def forward(self, x):
        x = torch.tanh(self.a(x))
        x = torch.tanh(self.b(x))
        return F.softplus(self.c(x))


net = RateNet()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(60):
    for idx in torch.randperm(800).split(50):
        opt.zero_grad()
        loss = F.mse_loss(net(inputs[idx]), rate[idx])
        loss.backward()
        opt.step()
    if epoch % 15 == 14:
        with torch.no_grad():
            rel = ((net(inputs[800:]) - rate[800:]).abs() / rate[800:]).mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.5f} relative error {rel:.3f}")
