# Multi-task: class of the wine + its alcohol content from the remaining 12 features
import os
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

raw = load_wine()
Z = StandardScaler().fit_transform(raw.data)
features = torch.tensor(Z[:, 1:], dtype=torch.float32)
alcohol = torch.tensor(Z[:, 0], dtype=torch.float32)
label = torch.tensor(raw.target)
perm = torch.randperm(len(features))
tr, te = perm[:130], perm[130:]


class MultiTaskNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
        self.cls_head = nn.Linear(32, 3)
        self.reg_head = nn.Sequential(nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, x):
        h = self.trunk(x)
        return self.cls_head(h), self.reg_head(h).squeeze(1)


def multi_task_loss(outputs, cls_target, reg_target, weights=(1.0, 1.0)):
    logits, value = outputs
    parts = {
        "cls": F.cross_entropy(logits, cls_target),
        "reg": F.mse_loss(value, reg_target),
    }
    logs = {k: v.item() for k, v in parts.items()}
    total = weights[0] * parts["cls"] + weights[1] * parts["reg"]
    return total, logs


net = MultiTaskNet()
opt = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-3)
for epoch in range(45):
    order = tr[torch.randperm(len(tr))]
    for chunk in order.split(16):
        total, logs = multi_task_loss(net(features[chunk]), label[chunk], alcohol[chunk])
        opt.zero_grad()
        total.backward()
        opt.step()
    if epoch % 10 == 0:
        print(f"epoch {epoch}: total {total.item():.3f} cls {logs['cls']:.3f} reg {logs['reg']:.3f}")

net.eval()
with torch.no_grad():
    logits, value = net(features[te])
    acc = (logits.argmax(1) == label[te]).float().mean()
    r2 = 1 - F.mse_loss(value, alcohol[te]) / alcohol[te].var()
print(f"test: class accuracy {acc:.3f}, alcohol R2 {r2:.3f}")
