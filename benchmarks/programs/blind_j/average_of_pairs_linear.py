import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
pairs = torch.randint(0, 101, (3000, 2)).float()
x, y = pairs / 100, pairs.mean(1, keepdim=True) / 100

model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
for m in model:
    nn.init.xavier_uniform_(m.weight)
    nn.init.zeros_(m.bias)
opt = torch.optim.RMSprop(model.parameters(), lr=0.001, alpha=0.9, eps=1e-7)
for epoch in range(5):
    perm = torch.randperm(3000)
    for k in range(0, 3000, 10):
        b = perm[k:k + 10]
        loss = nn.functional.mse_loss(model(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("epoch", epoch, "loss", loss.item())
print("average of 10 and 20:", 100 * model(torch.tensor([[0.10, 0.20]])).item(), " mse", nn.functional.mse_loss(model(x), y).item())
