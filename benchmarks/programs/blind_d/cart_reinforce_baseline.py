# REINFORCE with running baseline on a vectorised corridor task
import os
import torch
from torch import nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
N_ENV, H = 24, 20


class PointEnv:
    """1D point mass; keep |x| small. Actions: left, nothing, right."""

    def reset(self):
        self.x = torch.rand(N_ENV) * 4 - 2
        self.v = torch.zeros(N_ENV)
        return torch.stack([self.x, self.v], 1)

    def step(self, a):
        self.v = 0.8 * self.v + 0.3 * (a.float() - 1) + 0.02 * torch.randn(N_ENV)
        self.x = self.x + self.v
        return torch.stack([self.x, self.v], 1), -self.x.abs()


policy = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 3))
opt = torch.optim.Adam(policy.parameters(), lr=1e-2)
env = PointEnv()
first = None
history = []
for it in range(150):
    obs, logps, rews, ents = env.reset(), [], [], []
    for t in range(H):
        dist = Categorical(logits=policy(obs))
        a = dist.sample()
        logps.append(dist.log_prob(a))
        ents.append(dist.entropy())
        obs, r = env.step(a)
        rews.append(r)
    R, acc = [], torch.zeros(N_ENV)
    for r in reversed(rews):
        acc = r + 0.95 * acc
        R.insert(0, acc)
    R = torch.stack(R)
    adv = R - R.mean(1, keepdim=True)
    adv = adv / (adv.std() + 1e-8)
    loss = -(torch.stack(logps) * adv).mean() - 0.005 * torch.stack(ents).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    history.append(torch.stack(rews).mean().item())
    if it % 30 == 0:
        print(f"iter {it} loss {loss.item():+.4f} mean reward {history[-1]:.3f}")
print(f"mean reward first 5: {sum(history[:5]) / 5:.3f}  last 10: {sum(history[-10:]) / 10:.3f}")
