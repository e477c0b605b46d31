# two tasks share a trunk; each step draws a batch of one task only, so the other head is not used
import os
import random
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits, load_diabetes

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
dg = load_digits()
X1 = torch.tensor(dg.data / 16.0, dtype=torch.float32)
y1 = torch.tensor(dg.target)
# second task: how much ink lies in the upper half, standardised
ink = X1.view(-1, 8, 8)[:, :4].sum((1, 2)) - X1.view(-1, 8, 8)[:, 4:].sum((1, 2))
y2 = (ink - ink.mean()) / ink.std()
p = torch.randperm(len(y1))
A, B, T = p[:700], p[700:1400], p[1400:]


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(64, 64), nn.ReLU())
        self.heads = nn.ModuleDict({"digit": nn.Linear(64, 10), "ink": nn.Linear(64, 1)})

    def forward(self, x, task):
        return self.heads[task](self.trunk(x))


model = Shared()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for step in range(900):
    task = random.choice(["digit", "ink"])
    opt.zero_grad(set_to_none=True)
    if task == "digit":
        b = A[torch.randint(0, len(A), (32,))]
        loss = F.cross_entropy(model(X1[b], task), y1[b])
    else:
        b = B[torch.randint(0, len(B), (32,))]
        loss = F.mse_loss(model(X1[b], task).squeeze(1), y2[b])
    loss.backward()
    opt.step()
    if step % 150 == 0:
        print(step, task, round(loss.item(), 4))
with torch.no_grad():
    print("digit accuracy", (model(X1[T], "digit").argmax(1) == y1[T]).float().mean().item(),
          "ink mse", F.mse_loss(model(X1[T], "ink").squeeze(1), y2[T]).item())
