"""Dense mixture of experts (Jacobs et al. 1991) with a learned gate."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Expert(nn.Module):
    def __init__(self, d_in, d_hidden, d_out):
        super().__init__()
        self.w1 = nn.Linear(d_in, d_hidden)
        self.w2 = nn.Linear(d_hidden, d_out)

    def forward(self, x):
        return self.w2(F.gelu(self.w1(x)))


class MoE(nn.Module):
    def __init__(self, d, n_experts=4):
        super().__init__()
        self.experts = nn.ModuleList(Expert(d, 32, d) for _ in range(n_experts))
        self.gate = nn.Linear(d, n_experts)

    def forward(self, x):
        g = self.gate(x).softmax(-1)                              # B, E
        y = torch.stack([e(x) for e in self.experts], dim=1)      # B, E, D
        return x + (g.unsqueeze(-1) * y).sum(1)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp = nn.Linear(64, 48)
        self.moe1 = MoE(48)
        self.moe2 = MoE(48)
        self.out = nn.Linear(48, 10)

    def forward(self, x):
        h = self.moe2(F.relu(self.moe1(F.relu(self.inp(x)))))
        return F.log_softmax(self.out(h), dim=0)


digits = load_digits()
X = torch.tensor(digits.data / 16, dtype=torch.float32)
y = torch.tensor(digits.target)
perm = torch.randperm(len(y))
tr, te = perm[:1400], perm[1400:]
loader = DataLoader(TensorDataset(X[tr], y[tr]), batch_size=32, shuffle=True)

net = Classifier()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(15):
    running = 0.0
    for xb, yb in loader:
        opt.zero_grad()
        loss = F.nll_loss(net(xb), yb)
        loss.backward()
        opt.step()
        running += loss.item()
    if epoch % 3 == 0:
        print(f"epoch {epoch} train nll {running / len(loader):.4f}")

net.eval()
with torch.no_grad():
    # one request at a time, as in serving
    probs = torch.cat([net(x[None]).exp() for x in X[te]])
    print("test accuracy", (probs.argmax(1) == y[te]).float().mean().item())
