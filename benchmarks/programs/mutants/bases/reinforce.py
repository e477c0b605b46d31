import os
import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Field:
    """Many copies of a small field: reach the goal, moves are stay, N, S, E, W."""
    moves = torch.tensor([[0, 0], [0, 1], [0, -1], [1, 0], [-1, 0]])

    def __init__(self, n, size=5):
        self.n, self.size = n, size

    def reset(self):
        self.me = torch.randint(0, self.size, (self.n, 2))
        self.goal = torch.randint(0, self.size, (self.n, 2))
        return self.obs()

    def obs(self):
        return torch.cat([self.me, self.goal], 1).float() / (self.size - 1) * 2 - 1

    def step(self, action):
        self.me = (self.me + self.moves[action]).clamp(0, self.size - 1)
        reward = (self.me == self.goal).all(1).float()
        return self.obs(), reward


policy = nn.Sequential(
    nn.Linear(4, 64),
    nn.Tanh(),
    nn.Linear(64, 64),
    nn.Tanh(),
    nn.Linear(64, 5),
)
optimizer = torch.optim.Adam(policy.parameters(), lr=5e-3)
env = Field(96)
gamma, horizon = 0.9, 8

for episode in range(180):
    state = env.reset()
    logps, rewards, ents = [], [], []
    for t in range(horizon):
        dist = Categorical(logits=policy(state))
        action = dist.sample()
        logps.append(dist.log_prob(action))
        ents.append(dist.entropy())
        state, reward = env.step(action)
        rewards.append(reward)
    returns, running = [], torch.zeros(env.n)
    for r in reversed(rewards):
        running = r + gamma * running
        returns.insert(0, running)
    returns = torch.stack(returns)
    advantage = returns - returns.mean(1, keepdim=True)
    advantage = advantage / (advantage.std() + 1e-6)
    loss = -(torch.stack(logps) * advantage).mean() - 0.01 * torch.stack(ents).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if episode % 50 == 0:
        print("episode", episode, "return", torch.stack(rewards).sum(0).mean().item())


def play(act):
    world = Field(1000)
    state, total = world.reset(), 0.0
    for t in range(horizon):
        state, reward = world.step(act(state))
        total += reward.mean().item()
    return total


with torch.no_grad():
    score = play(lambda s: policy(s).argmax(1))
chance = max(play(lambda s, a=a: torch.full((len(s),), a)) for a in range(5))
print("METRIC", score, "CHANCE", chance)
