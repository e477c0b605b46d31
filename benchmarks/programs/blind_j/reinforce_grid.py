import os
import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# 5x5 grid world: start anywhere, reach (4, 4); reward 1 at the goal, -0.04 a step
S = 5
MOVES = torch.tensor([[0, 1], [0, -1], [1, 0], [-1, 0]])


class Env:
    def __init__(self, n):
        self.n = n

    def reset(self):
        self.p = torch.randint(0, S, (self.n, 2))
        self.done = (self.p == S - 1).all(1)
        return self.obs()

    def obs(self):
        return torch.nn.functional.one_hot(self.p, S).float().flatten(1)

    def step(self, a):
        live = ~self.done
        self.p = torch.where(live[:, None], (self.p + MOVES[a]).clamp(0, S - 1), self.p)
        at = (self.p == S - 1).all(1)
        r = torch.where(live, torch.where(at, 1.0, -0.04), 0.0)
        self.done = self.done | at
        return self.obs(), r, live


policy = nn.Sequential(nn.Linear(2 * S, 32), nn.Tanh(), nn.Linear(32, 4))
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
env = Env(24)
gamma = 0.97
avg = None
for ep in range(150):
    s = env.reset()
    logps, rewards, alive = [], [], []
    for t in range(20):
        dist = Categorical(logits=policy(s))
        a = dist.sample()
        s, r, live = env.step(a)
        logps.append(dist.log_prob(a)); rewards.append(r); alive.append(live.float())
    G, ret = torch.zeros(24), []
    for r in reversed(rewards):
        G = r + gamma * G
        ret.insert(0, G)
    ret, alive, logps = torch.stack(ret), torch.stack(alive), torch.stack(logps)
    base = (ret * alive).sum() / alive.sum().clamp(min=1)
    loss = -((ret - base) * alive * logps).sum() / alive.sum().clamp(min=1)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    tot = torch.stack(rewards).sum(0).mean().item()
    avg = tot if avg is None else 0.9 * avg + 0.1 * tot
    if ep % 25 == 0:
        print(f"Episode {ep}\tloss {loss.item():.3f}\trunning return {avg:.3f}")
s = env.reset()
steps = torch.zeros(24)
for t in range(20):
    s, r, live = env.step(policy(s).argmax(1))
    steps += live.float()
print("greedy: reached the goal", env.done.float().mean().item(), "mean steps", steps.mean().item())
