"""PPO with GAE on a small grid world (vectorised)."""
import os
import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
SIZE, N_ENV, HORIZON, GAMMA, LAM, CLIP = 6, 32, 24, 0.95, 0.9, 0.2
MOVES = torch.tensor([[0, 1], [0, -1], [1, 0], [-1, 0]])
GOAL = torch.tensor([5, 5])


class VecGrid:
    def __init__(self, n):
        self.n = n
        self.pos = torch.randint(0, SIZE, (n, 2))

    def obs(self):
        flat = self.pos[:, 0] * SIZE + self.pos[:, 1]
        return nn.functional.one_hot(flat, SIZE * SIZE).float()

    def step(self, a):
        self.pos = (self.pos + MOVES[a]).clamp(0, SIZE - 1)
        done = (self.pos == GOAL).all(1)
        reward = torch.where(done, torch.tensor(5.0), torch.tensor(-0.1))
        fresh = torch.randint(0, SIZE, (self.n, 2))
        self.pos = torch.where(done[:, None], fresh, self.pos)
        return self.obs(), reward, done.float()


def estimate_advantages(rew, done, val, last_val):
    adv = torch.zeros_like(rew)
    gae = torch.zeros(N_ENV)
    for t in reversed(range(HORIZON)):
        nxt = last_val if t == HORIZON - 1 else val[t + 1]
        delta = rew[t] + GAMMA * nxt * (1 - done[t]) - val[t]
        gae = delta + GAMMA * LAM * (1 - done[t]) * gae
        adv[t] = gae
    ret = adv + val
    adv = (adv - adv.mean()) / (adv.std() + 1e-8)
    return adv.reshape(-1, 1), ret.reshape(-1, 1)


policy = nn.Sequential(nn.Linear(SIZE * SIZE, 64), nn.Tanh(), nn.Linear(64, 4))
value = nn.Sequential(nn.Linear(SIZE * SIZE, 64), nn.Tanh(), nn.Linear(64, 1))
opt_p = torch.optim.Adam(policy.parameters(), lr=3e-3)
opt_v = torch.optim.Adam(value.parameters(), lr=3e-3)
env = VecGrid(N_ENV)
obs = env.obs()
for it in range(26):
    S, A, R, D, V, LP = [], [], [], [], [], []
    for _ in range(HORIZON):
        with torch.no_grad():
            dist = Categorical(logits=policy(obs))
            act = dist.sample()
            V.append(value(obs).squeeze(-1))
            LP.append(dist.log_prob(act))
        S.append(obs)
        A.append(act)
        obs, r, d = env.step(act)
        R.append(r)
        D.append(d)
    with torch.no_grad():
        last = value(obs).squeeze(-1)
    adv, ret = estimate_advantages(torch.stack(R), torch.stack(D), torch.stack(V), last)
    S, A, LP = torch.cat(S), torch.cat(A), torch.cat(LP)
    for epoch in range(4):
        perm = torch.randperm(len(S))
        for idx in perm.split(256):
            v_loss = nn.functional.mse_loss(value(S[idx]), ret[idx])
            opt_v.zero_grad()
            v_loss.backward()
            opt_v.step()
            dist = Categorical(logits=policy(S[idx]))
            ratio = torch.exp(dist.log_prob(A[idx]) - LP[idx])
            surr1 = ratio * adv[idx].reshape(-1)
            surr2 = torch.clamp(ratio, 1 - CLIP, 1 + CLIP) * adv[idx].reshape(-1)
            p_loss = -torch.min(surr1, surr2).mean() - 0.01 * dist.entropy().mean()
            opt_p.zero_grad()
            p_loss.backward()
            opt_p.step()
    if it % 5 == 0:
        print(f"Iter: {it}, average reward: {torch.stack(R).mean():.4f}, value loss {v_loss.item():.3f}")
print("final average reward per step", round(torch.stack(R).mean().item(), 4))
