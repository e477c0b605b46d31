"""Imitation: clone a PD controller from noisy demonstrations, then roll out."""
import os
import torch
import torch.nn as nn
from torch.utils.data import TensorDataset, DataLoader, random_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def expert(s, goal):
    return (2.0 * (goal - s[:, :2]) - 1.5 * s[:, 2:]).clamp(-1, 1)


def dynamics(s, a):
    v = s[:, 2:] + 0.1 * a
    return torch.cat([s[:, :2] + 0.1 * v, v], 1)


def rollout(policy, n, T, noise=0.0):
    s = torch.cat([torch.rand(n, 2) * 4 - 2, torch.zeros(n, 2)], 1)
    goal = torch.rand(n, 2) * 4 - 2
    obs, act = [], []
    for _ in range(T):
        a = policy(s, goal)
        obs.append(torch.cat([s, goal], 1)); act.append(a)
        s = dynamics(s, a + noise * torch.randn_like(a))
    return torch.cat(obs), torch.cat(act), (s[:, :2] - goal).norm(dim=1).mean().item()


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2), nn.Tanh())

    def forward(self, s, goal):
        return self.net(torch.cat([s, goal], 1))


O, A, d_exp = rollout(expert, 150, 60, noise=0.3)
ds = TensorDataset(O, A)
tr, va = random_split(ds, [8000, len(ds) - 8000])
loader = DataLoader(tr, batch_size=128, shuffle=True)
pi = Policy()
opt = torch.optim.Adam(pi.parameters(), lr=1e-3)
for epoch in range(8):
    pi.train()
    tl = 0
    for o, a in loader:
        loss = nn.functional.mse_loss(pi.net(o), a)
        opt.zero_grad(); loss.backward(); opt.step()
        tl += loss.item() / len(loader)
    pi.eval()
    with torch.no_grad():
        o, a = va[:]
        vl = nn.functional.mse_loss(pi.net(o), a).item()
    print(f"epoch {epoch}: train {tl:.4f} val {vl:.4f}")
with torch.no_grad():
    _, _, d = rollout(pi, 100, 60)
    _, _, d0 = rollout(lambda s, g: torch.zeros(len(s), 2), 100, 60)
print(f"distance to the goal: clone {d:.3f}, expert {d_exp:.3f}, doing nothing {d0:.3f}")
