import os
import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

num_features = 5
x = np.random.rand(600, num_features).astype("float32")
y = ((x[:, 0] * x[:, 1] + x[:, 2]) > (x[:, 3] ** 2 + 0.4)).astype("float32")[:, None]
x, y = torch.from_numpy(x), torch.from_numpy(y)

model = nn.Sequential()
model.add_module("dense_1", nn.Linear(num_features, 60))
model.add_module("relu_1", nn.ReLU())
model.add_module("dense_2", nn.Linear(60, 50))
model.add_module("relu_2", nn.ReLU())
model.add_module("dense_3", nn.Linear(50, 1))
model.add_module("prob", nn.Softmax(dim=1))
opt = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
bce = nn.BCELoss()
for ep in range(40):
    for b in torch.randperm(500).split(32):
        loss = bce(model(x[b]), y[b])
        opt.zero_grad(); loss.backward(); opt.step()
    if ep % 8 == 7:
        print("epoch", ep + 1, "loss", loss.item())
# sensitivity of the output to each feature
probe = x[500:].clone().requires_grad_(True)
grad, = torch.autograd.grad(model(probe).sum(), probe)
print("mean |d out / d x|:", grad.abs().mean(0).tolist())
with torch.no_grad():
    print("accuracy", ((model(x[500:]) > 0.5).float() == y[500:]).float().mean().item())
