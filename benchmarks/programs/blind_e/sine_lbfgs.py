import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x = torch.linspace(-3.14, 3.14, 120)[:, None]
y = torch.sin(2 * x)
model = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 20), nn.Tanh(), nn.Linear(20, 1))
optimizer = torch.optim.LBFGS(model.parameters(), lr=1, max_iter=10, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    return loss


for i in range(80):
    loss = optimizer.step(closure)
    if i % 10 == 0:
        print(i, loss.item())
print("mse", ((model(x) - y) ** 2).mean().item())
