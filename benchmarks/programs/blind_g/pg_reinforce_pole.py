"""REINFORCE with a moving baseline on a home-made cart pole."""
import os
import math
import numpy as np
import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)


class Poles:
    """n cart poles in parallel, Euler steps"""

    def __init__(self, n):
        self.n = n

    def reset(self):
        self.s = rng.uniform(-0.05, 0.05, (self.n, 4))
        return self.s.astype(np.float32)

    def step(self, a):
        x, v, th, w = self.s.T
        f = np.where(a == 1, 10.0, -10.0)
        tmp = (f + 0.05 * w ** 2 * np.sin(th)) / 1.1
        acc_t = (9.8 * np.sin(th) - np.cos(th) * tmp) / (0.5 * (4 / 3 - 0.1 * np.cos(th) ** 2 / 1.1))
        acc = tmp - 0.05 * acc_t * np.cos(th) / 1.1
        self.s = np.stack([x + 0.02 * v, v + 0.02 * acc, th + 0.02 * w, w + 0.02 * acc_t], 1)
        done = (np.abs(self.s[:, 0]) > 2.4) | (np.abs(self.s[:, 2]) > 0.2095)
        return self.s.astype(np.float32), done


def rollout(policy, env, horizon=100):
    s, alive = env.reset(), np.ones(env.n, bool)
    logps, masks, ents = [], [], []
    for _ in range(horizon):
        dist = Categorical(logits=policy(torch.from_numpy(s)))
        a = dist.sample()
        logps.append(dist.log_prob(a))
        ents.append(dist.entropy())
        masks.append(torch.from_numpy(alive.astype(np.float32)))
        s, done = env.step(a.numpy())
        s = np.clip(s, -10, 10)
        env.s = np.clip(env.s, -10, 10)
        alive &= ~done
        if not alive.any():
            break
    return torch.stack(logps), torch.stack(masks), torch.stack(ents)


policy = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 2))
opt = torch.optim.Adam(policy.parameters(), lr=1e-2)
env = Poles(16)
for it in range(60):
    logp, mask, ent = rollout(policy, env)
    ret = mask.flip(0).cumsum(0).flip(0)             # reward one per step alive
    adv = (ret - ret[mask > 0].mean()) / (ret[mask > 0].std() + 1e-6)
    loss = -(logp * adv * mask).sum() / mask.sum() - 0.01 * (ent * mask).sum() / mask.sum()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 8 == 0:
        print(f"iter {it} loss {loss.item():.4f} mean length {mask.sum(0).mean():.1f}")
with torch.no_grad():
    print("final mean episode length", rollout(policy, env)[1].sum(0).mean().item())
