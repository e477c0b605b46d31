"""REINFORCE on a short corridor: reach the right end within 12 moves."""

import torch
from torch import nn
from torch.distributions import Categorical

LENGTH = 6


class Corridor:
    def reset(self):
        self.pos, self.t = 0, 0
        return self.observe()

    def observe(self):
        return nn.functional.one_hot(torch.tensor(self.pos), LENGTH).float()

    def step(self, action):
        self.pos = max(0, min(LENGTH - 1, self.pos + (1 if action == 1 else -1)))
        self.t += 1
        done = self.pos == LENGTH - 1 or self.t >= 12
        reward = 1.0 if self.pos == LENGTH - 1 else -0.05
        return self.observe(), reward, done


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine1 = nn.Linear(LENGTH, 32)
        self.affine2 = nn.Linear(32, 2)

    def forward(self, x):
        return torch.softmax(self.affine2(torch.relu(self.affine1(x))), dim=-1)


torch.manual_seed(543)
env, policy = Corridor(), Policy()
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
gamma, running = 0.99, 0.0

for episode in range(300):
    state, done = env.reset(), False
    log_probs, rewards = [], []
    while not done:
        dist = Categorical(policy(state))
        action = dist.sample()
        log_probs.append(dist.log_prob(action))
        state, reward, done = env.step(action.item())
        rewards.append(reward)
    returns, R = [], 0.0
    for r in reversed(rewards):
        R = r + gamma * R
        returns.insert(0, R)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + 1e-6)
    loss = -(torch.stack(log_probs) * returns).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    running = 0.95 * running + 0.05 * sum(rewards)
    if episode % 50 == 49:
        print(f"episode {episode + 1} running reward {running:.3f} loss {loss.item():.3f}")
