import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(1200, 5)
log_rate = 0.8 + 0.6 * x[:, 0] - 0.4 * x[:, 1] + 0.3 * torch.sin(2 * x[:, 2])
counts = torch.poisson(log_rate.exp())

model = nn.Sequential(nn.Linear(5, 24), nn.Tanh(), nn.Linear(24, 1), nn.Flatten(0))
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
loss_fn = nn.PoissonNLLLoss(log_input=True)
for epoch in range(30):
    for idx in torch.randperm(1000).split(50):
        loss = loss_fn(model(x[idx]), counts[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 6 == 5:
        with torch.no_grad():
            best = loss_fn(log_rate[1000:], counts[1000:]).item()
            test = loss_fn(model(x[1000:]), counts[1000:]).item()
        print(f"epoch {epoch + 1} test nll {test:.4f} (with the true rate {best:.4f})")
