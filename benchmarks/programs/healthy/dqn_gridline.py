"""Deep Q-learning with replay and a target network on a one-dimensional world."""

import random
from collections import deque

import torch
import torch.nn as nn

random.seed(0)
torch.manual_seed(0)

SIZE, GOAL = 8, 7
GAMMA, BATCH = 0.95, 64


def encode(pos):
    v = torch.zeros(SIZE)
    v[pos] = 1.0
    return v


def env_step(pos, action):
    new = min(SIZE - 1, max(0, pos + (1 if action else -1)))
    return new, (1.0 if new == GOAL else 0.0), new == GOAL


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(SIZE, 32)
        self.fc2 = nn.Linear(32, 2)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


policy_net, target_net = QNet(), QNet()
target_net.load_state_dict(policy_net.state_dict())
optimizer = torch.optim.Adam(policy_net.parameters(), lr=2e-3)
memory = deque(maxlen=2000)
steps_done = 0

for episode in range(60):
    pos, done, t = 0, False, 0
    eps = max(0.1, 1 - episode / 30)
    while not done and t < 40:
        if random.random() < eps:
            action = random.randrange(2)
        else:
            with torch.no_grad():
                action = policy_net(encode(pos)).argmax().item()
        new, reward, done = env_step(pos, action)
        memory.append((encode(pos), action, reward, encode(new), float(done)))
        pos, t, steps_done = new, t + 1, steps_done + 1
        if len(memory) >= BATCH:
            s, a, r, s2, d = zip(*random.sample(memory, BATCH))
            s, s2 = torch.stack(s), torch.stack(s2)
            a, r, d = torch.tensor(a), torch.tensor(r), torch.tensor(d)
            q = policy_net(s).gather(1, a[:, None]).squeeze(1)
            with torch.no_grad():
                goal = r + GAMMA * (1 - d) * target_net(s2).max(1).values
            loss = nn.functional.smooth_l1_loss(q, goal)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if steps_done % 100 == 0:
            target_net.load_state_dict(policy_net.state_dict())
    if episode % 15 == 14:
        print(f"episode {episode + 1} moves {t} loss {loss.item():.5f}")

greedy = [policy_net(encode(p)).argmax().item() for p in range(SIZE - 1)]
print("greedy moves", greedy)
