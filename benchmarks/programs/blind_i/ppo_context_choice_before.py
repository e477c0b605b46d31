# PPO with a discrete policy; short contextual task, rewards 1 for the right lever and 0 otherwise
import os
import torch
import torch.nn as nn
from torch.distributions import Categorical
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

N_ACT, OBS = 8, 6
W = torch.randn(OBS, N_ACT)


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(OBS, 64), nn.Tanh())
        self.pi = nn.Sequential(nn.Linear(64, N_ACT), nn.Softmax(dim=-1))
        self.v = nn.Linear(64, 1)

    def forward(self, s):
        h = self.body(s)
        return Categorical(logits=self.pi(h)), self.v(h).squeeze(-1)


net = ActorCritic()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for it in range(120):
    s = torch.randn(256, OBS)
    with torch.no_grad():
        dist, v = net(s)
        a = dist.sample()
        r = (a == (s @ W).argmax(1)).float()
        old = dist.log_prob(a)
        adv = r - v
        adv = (adv - adv.mean()) / (adv.std() + 1e-8)
    for _ in range(4):
        dist, v = net(s)
        ratio = (dist.log_prob(a) - old).exp()
        surr = torch.min(ratio * adv, ratio.clamp(0.8, 1.2) * adv).mean()
        loss = -surr + 0.5 * (r - v).pow(2).mean() - 0.001 * dist.entropy().mean()
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        opt.step()
    if it % 20 == 0:
        print("iter %3d  reward %.3f  entropy %.3f" % (it, r.mean().item(), dist.entropy().mean().item()))
with torch.no_grad():
    s = torch.randn(4000, OBS)
    a = net(s)[0].sample()
    print("mean reward %.3f (chance %.3f)" % ((a == (s @ W).argmax(1)).float().mean().item(), 1 / N_ACT))
