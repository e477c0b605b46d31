"""Advantage actor-critic on a pendulum-free toy: keep a drifting point near the origin."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
N_ENV, ROLL, GAMMA = 32, 8, 0.95


class DriftEnv:
    def __init__(self):
        self.x = torch.rand(N_ENV, 1) * 4 - 2
        self.v = torch.zeros(N_ENV, 1)

    def obs(self):
        return torch.cat([self.x, self.v], 1)

    def step(self, a):
        push = (a.float() - 1)[:, None] * 0.3
        self.v = (self.v * 0.7 + push + 0.05 * torch.randn(N_ENV, 1)).clamp(-1, 1)
        self.x = self.x + self.v
        r = -self.x.abs().squeeze(1).clamp(max=3) / 3
        out = (self.x.abs() > 3).squeeze(1) | (torch.rand(N_ENV) < 0.02)
        self.x[out] = torch.rand(int(out.sum()), 1) * 4 - 2
        self.v[out] = 0
        return self.obs(), r, out.float()


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 64), nn.Tanh())
        self.pi = nn.Linear(64, 3)
        self.v = nn.Linear(64, 1)

    def forward(self, s):
        h = self.body(s)
        return self.pi(h), self.v(h).squeeze(-1)


env, net = DriftEnv(), ActorCritic()
opt = torch.optim.RMSprop(net.parameters(), lr=3e-3, eps=1e-5)
s = env.obs()
hist = []
for upd in range(250):
    lp, ent, val, rew, done = [], [], [], [], []
    for _ in range(ROLL):
        logits, v = net(s)
        dist = torch.distributions.Categorical(logits=logits)
        a = dist.sample()
        s, r, d = env.step(a)
        lp.append(dist.log_prob(a)); ent.append(dist.entropy()); val.append(v); rew.append(r); done.append(d)
    with torch.no_grad():
        R = net(s)[1]
    target = []
    for r, d in zip(reversed(rew), reversed(done)):
        R = r + GAMMA * R * (1 - d)
        target.insert(0, R)
    target, val = torch.stack(target), torch.stack(val)
    adv = (target - val).detach()
    loss = -(torch.stack(lp) * adv).mean() + 0.5 * F.mse_loss(val, target) - 0.01 * torch.stack(ent).mean()
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 0.5)
    opt.step()
    hist.append(torch.stack(rew).mean().item())
    if upd % 50 == 0:
        print(f"update {upd} loss {loss.item():+.4f} reward {hist[-1]:.3f}")
print("reward, first ten updates", round(sum(hist[:10]) / 10, 3), "last fifty", round(sum(hist[-50:]) / 50, 3))
