"""REINFORCE with a learned baseline and entropy bonus; vectorised 5x5 grid world with a moving goal."""
import os

import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
N, SIZE, T = 64, 5, 12
MOVES = torch.tensor([[0, 1], [0, -1], [1, 0], [-1, 0]])


def encode(pos, goal):
    return torch.cat([pos, goal, goal - pos], 1).float() / (SIZE - 1)


def fresh(n):
    return torch.randint(SIZE, (n, 2)), torch.randint(SIZE, (n, 2))


class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.pi = nn.Sequential(nn.Linear(6, 64), nn.Tanh(), nn.Linear(64, 4))
        self.v = nn.Sequential(nn.Linear(6, 64), nn.Tanh(), nn.Linear(64, 1))
        nn.init.zeros_(self.pi[-1].weight)
        nn.init.zeros_(self.pi[-1].bias)

    def forward(self, o):
        return Categorical(logits=self.pi(o)), self.v(o).squeeze(-1)


agent = Agent()
optim = torch.optim.Adam(agent.parameters(), lr=5e-3)
for it in range(180):
    pos, goal = fresh(N)
    logp, vals, rews, ents = [], [], [], []
    for t in range(T):
        dist, v = agent(encode(pos, goal))
        a = dist.sample()
        before = (pos - goal).abs().sum(1)
        pos = (pos + MOVES[a]).clamp(0, SIZE - 1)
        after = (pos - goal).abs().sum(1)
        hit = after == 0
        r = (before - after).float() * 0.1 + hit.float()
        if hit.any():
            goal = torch.where(hit[:, None], torch.randint(SIZE, (N, 2)), goal)
        logp.append(dist.log_prob(a)); vals.append(v); rews.append(r); ents.append(dist.entropy())
    ret, R = [], torch.zeros(N)
    for r in reversed(rews):
        R = r + 0.9 * R
        ret.insert(0, R)
    ret, vals = torch.stack(ret), torch.stack(vals)
    adv = (ret - vals).detach()
    policy = -(torch.stack(logp) * adv).mean()
    loss = policy + 0.5 * (ret - vals).pow(2).mean() - 0.01 * torch.stack(ents).mean()
    optim.zero_grad()
    loss.backward()
    optim.step()
    if it % 30 == 0:
        print(f"iter {it} loss {loss.item():+.4f} policy {policy.item():+.4f} reward/episode {torch.stack(rews).sum(0).mean():.2f}")

with torch.no_grad():
    pos, goal = fresh(500)
    reached = (pos == goal).all(1)
    for _ in range(8):
        dist, _ = agent(encode(pos, goal))
        step = (pos + MOVES[dist.probs.argmax(1)]).clamp(0, SIZE - 1)
        pos = torch.where(reached[:, None], pos, step)
        reached |= (pos == goal).all(1)
print(f"greedy success within 8 moves {reached.float().mean():.3f}")
