import os
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
x, t = load_digits(return_X_y=True)
x, t = torch.tensor(x / 16.0, dtype=torch.float32), torch.tensor(t)
p = torch.randperm(len(x))
x, t = x[p], t[p]
model = nn.Sequential(nn.Linear(64, 500), nn.ReLU(), nn.Dropout(0.1), nn.Linear(500, 60), nn.ReLU(), nn.Dropout(0.1), nn.Linear(60, 10))
for m in model:
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)
opt = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True)
for epoch in range(60):
    model.train()
    for k in range(0, 1400, 280):
        loss = nn.functional.cross_entropy(model(x[k:k + 280]), t[k:k + 280])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 10 == 9:
        model.eval()
        with torch.no_grad():
            print("epoch", epoch + 1, "loss %.4f" % loss.item(), "acc %.3f" % (model(x[1400:]).argmax(1) == t[1400:]).float().mean().item())
