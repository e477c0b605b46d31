"""REINFORCE on a little corridor. The agent starts in the middle, must collect the key on
the left and then walk to the door on the right."""
import os
import random
import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)


class Corridor:
    def __init__(self, n=5, limit=25):
        self.n, self.limit = n, limit

    def reset(self):
        self.pos, self.key, self.t = self.n // 2, 0, 0
        return self.obs()

    def obs(self):
        v = torch.zeros(2 * self.n)
        v[self.pos + self.key * self.n] = 1.0
        return v

    def step(self, a):
        self.t += 1
        self.pos = max(0, min(self.n - 1, self.pos + (1 if a == 1 else -1)))
        r = -0.04
        done = self.t >= self.limit
        if self.pos == 0 and not self.key:
            self.key, r = 1, 0.5
        if self.pos == self.n - 1 and self.key:
            r, done = 1.0, True
        return self.obs(), r, done


class Policy(nn.Module):
    def __init__(self, n_in, n_act):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(n_in, 32), nn.Tanh(), nn.Linear(32, n_act))

    def forward(self, s):
        return Categorical(logits=self.net(s))


def run_episode(env, policy):
    s, done = env.reset(), False
    states, actions, rewards = [], [], []
    while not done:
        with torch.no_grad():
            a = policy(s).sample()
        states.append(s); actions.append(a)
        s, r, done = env.step(a.item())
        rewards.append(r)
    G, returns = 0.0, []
    for r in reversed(rewards):
        G = r + 0.97 * G
        returns.insert(0, G)
    return torch.stack(states), torch.stack(actions), torch.tensor(returns), sum(rewards)


env, policy = Corridor(), Policy(10, 2)
optimizer = torch.optim.SGD(policy.parameters(), lr=0.1)
history = []
for update in range(150):
    batch = [run_episode(env, policy) for _ in range(4)]
    S = torch.cat([b[0] for b in batch]); A = torch.cat([b[1] for b in batch]); R = torch.cat([b[2] for b in batch])
    adv = (R - R.mean()) / (R.std() + 1e-6)
    loss = -(policy(S).log_prob(A) * adv).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append(sum(b[3] for b in batch) / 4)
    if update % 30 == 29:
        print(f"update {update + 1}: mean return {sum(history[-30:]) / 30:.3f}  loss {loss.item():.3f}")
print(f"final mean return {sum(history[-20:]) / 20:.3f} (best possible about 1.3)")
