# Value function pretraining for PPO: regress Monte-Carlo returns of a random pendulum policy
import os, math
import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED); np.random.seed(SEED)


def rollouts(n_env=120, horizon=60, gamma=0.95):
    th = np.random.uniform(-math.pi, math.pi, n_env)
    w = np.random.uniform(-2, 2, n_env)
    obs, rew = [], []
    for _ in range(horizon):
        obs.append(np.stack([np.cos(th), np.sin(th), w / 4], 1))
        rew.append(-(((th + math.pi) % (2 * math.pi) - math.pi) ** 2) / 10 - 0.01 * w ** 2)
        u = np.random.uniform(-1, 1, n_env)
        w = np.clip(w + 0.05 * (15 * np.sin(th) + 3 * u), -6, 6)
        th = th + 0.05 * w
    ret, acc = [None] * horizon, np.zeros(n_env)
    for t in reversed(range(horizon)):
        acc = rew[t] + gamma * acc
        ret[t] = acc
    keep = horizon - 25
    return (np.concatenate(obs[:keep]).astype("float32"), np.concatenate(ret[:keep]).astype("float32"))


class Critic(nn.Module):
    def __init__(self, obs_dim, hid=64):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(obs_dim, hid), nn.Tanh(), nn.Linear(hid, hid), nn.Tanh())
        self.v = nn.Linear(hid, 1)

    def forward(self, o):
        return self.v(self.body(o))


o, r = rollouts()
r = (r - r.mean()) / (r.std() + 1e-8)
o, r = torch.from_numpy(o), torch.from_numpy(r)
cut = int(0.85 * len(o))
perm = torch.randperm(len(o))
tr, te = perm[:cut], perm[cut:]
critic = Critic(3)
opt = torch.optim.Adam(critic.parameters(), lr=2e-3, eps=1e-5)
for epoch in range(12):
    tot, nb = 0.0, 0
    for mb in tr[torch.randperm(len(tr))].split(64):
        values = critic(o[mb]).squeeze(-1)
        value_loss = 0.5 * (values - r[mb]).pow(2).mean()
        opt.zero_grad()
        value_loss.backward()
        nn.utils.clip_grad_norm_(critic.parameters(), 0.5)
        opt.step()
        tot += value_loss.item(); nb += 1
    if epoch % 3 == 0:
        print(f"epoch {epoch} value loss {tot / nb:.4f}")
with torch.no_grad():
    v = critic(o[te]).flatten()
    ev = 1 - (r[te] - v).var() / r[te].var()
print(f"explained variance {ev.item():.3f}")
