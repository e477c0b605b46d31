import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

CTX, ARMS = 6, 4
theta = torch.randn(ARMS, CTX)


def pull(x, a):
    p = torch.sigmoid(2 * (x * theta[a]).sum(1))
    return torch.bernoulli(p)


class RewardModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.arm = nn.Embedding(ARMS, 16)
        self.x = nn.Linear(CTX, 16)
        self.out = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, x, a):
        return self.out(self.x(x) * self.arm(a)).squeeze(-1)

    def all(self, x):
        return torch.stack([self(x, torch.full((len(x),), k)) for k in range(ARMS)], 1)


model = RewardModel()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
bce = nn.BCEWithLogitsLoss()
bx, ba, br = [], [], []
window = []
for t in range(400):
    x = torch.randn(32, CTX)
    with torch.no_grad():
        greedy = model.all(x).argmax(1)
    explore = torch.rand(32) < max(0.05, 1 - t / 200)
    a = torch.where(explore, torch.randint(0, ARMS, (32,)), greedy)
    r = pull(x, a)
    bx.append(x); ba.append(a); br.append(r)
    window.append(r.mean().item())
    pick = torch.randint(0, len(bx), (4,)).tolist()
    X, A, R = torch.cat([bx[i] for i in pick]), torch.cat([ba[i] for i in pick]), torch.cat([br[i] for i in pick])
    loss = bce(model(X, A), R)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if t % 80 == 0:
        print(f"round {t} loss {loss.item():.4f} reward {sum(window[-40:]) / len(window[-40:]):.3f}")
with torch.no_grad():
    x = torch.randn(2000, CTX)
    best = (x @ theta.T).max(1).values
    got = (x @ theta.T).gather(1, model.all(x).argmax(1, keepdim=True)).squeeze(1)
    p = lambda v: torch.sigmoid(2 * v).mean().item()
print(f"expected reward: policy {p(got):.3f}, oracle {p(best):.3f}, uniform {p((x @ theta.T).flatten()):.3f}")
