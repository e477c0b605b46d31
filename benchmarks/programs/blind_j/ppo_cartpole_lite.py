import argparse
import math
import os
import torch
import torch.nn as nn
from torch.distributions import Categorical

p = argparse.ArgumentParser()
p.add_argument("--num-envs", type=int, default=16)
p.add_argument("--num-steps", type=int, default=48)
p.add_argument("--iterations", type=int, default=14)
p.add_argument("--epochs", type=int, default=4)
p.add_argument("--clip-coef", type=float, default=0.2)
p.add_argument("--lr", type=float, default=3e-3)
args = p.parse_args()
torch.manual_seed(int(os.environ.get("SEED", "0")))


class CartPole:
    def __init__(self, n):
        self.s = torch.rand(n, 4) * 0.1 - 0.05
        self.t = torch.zeros(n)

    def step(self, a):
        x, xd, th, thd = self.s.T
        f = torch.where(a == 1, 10.0, -10.0)
        c, sn = th.cos(), th.sin()
        tmp = (f + 0.05 * thd ** 2 * sn) / 1.1
        tha = (9.8 * sn - c * tmp) / (0.5 * (4 / 3 - 0.1 * c ** 2 / 1.1))
        xa = tmp - 0.05 * tha * c / 1.1
        self.s = torch.stack([x + .02 * xd, xd + .02 * xa, th + .02 * thd, thd + .02 * tha], 1)
        self.t += 1
        done = (self.s[:, 0].abs() > 2.4) | (self.s[:, 2].abs() > 12 * math.pi / 180) | (self.t >= 300)
        lens = self.t[done].tolist()
        self.s[done] = torch.rand(int(done.sum()), 4) * 0.1 - 0.05
        self.t[done] = 0
        return self.s, done.float(), lens


def layer(i, o, std=math.sqrt(2)):
    l = nn.Linear(i, o)
    nn.init.orthogonal_(l.weight, std)
    nn.init.zeros_(l.bias)
    return l


actor = nn.Sequential(layer(4, 64), nn.Tanh(), layer(64, 64), nn.Tanh(), layer(64, 2, 0.01))
critic = nn.Sequential(layer(4, 64), nn.Tanh(), layer(64, 64), nn.Tanh(), layer(64, 1, 1.0))
params = [*actor.parameters(), *critic.parameters()]
opt = torch.optim.Adam(params, lr=args.lr, eps=1e-5)
env = CartPole(args.num_envs)
obs, means = env.s, []
for it in range(args.iterations):
    O, A, L, V, Dn, lens = [], [], [], [], [], []
    with torch.no_grad():
        for _ in range(args.num_steps):
            d = Categorical(logits=actor(obs)); a = d.sample()
            O.append(obs); A.append(a); L.append(d.log_prob(a)); V.append(critic(obs)[:, 0])
            obs, done, le = env.step(a); Dn.append(done); lens += le
        adv, last, nxt = [], 0, critic(obs)[:, 0]
        for t in reversed(range(args.num_steps)):
            delta = 0.1 + 0.98 * nxt * (1 - Dn[t]) - V[t]
            last = delta + 0.98 * 0.95 * (1 - Dn[t]) * last
            adv.insert(0, last); nxt = V[t]
        adv = torch.stack(adv).flatten(); ret = adv + torch.stack(V).flatten()
    O, A, L = torch.cat(O), torch.cat(A), torch.cat(L)
    for _ in range(args.epochs):
        for mb in torch.randperm(len(O)).split(192):
            d = Categorical(logits=actor(O[mb])); ratio = (d.log_prob(A[mb]) - L[mb]).exp()
            m = (adv[mb] - adv[mb].mean()) / (adv[mb].std() + 1e-8)
            pg = -torch.min(ratio * m, ratio.clamp(1 - args.clip_coef, 1 + args.clip_coef) * m).mean()
            loss = pg + 0.5 * (critic(O[mb])[:, 0] - ret[mb]).pow(2).mean() - 0.005 * d.entropy().mean()
            opt.zero_grad(); loss.backward(); nn.utils.clip_grad_norm_(params, 0.5); opt.step()
    means.append(sum(lens) / max(1, len(lens)))
    print(f"iter {it} loss {loss.item():.4f} episodes {len(lens)} mean length {means[-1]:.1f}")
test = CartPole(32); alive = torch.ones(32, dtype=torch.bool); length = torch.zeros(32); s = test.s
with torch.no_grad():
    for _ in range(200):
        s, done, _ = test.step(actor(s).argmax(1)); length += alive.float(); alive &= ~done.bool()
print(f"first iteration {means[0]:.1f}, greedy policy {length.mean().item():.1f} of 200 steps")
