"""DQN with replay buffer and target network, in a small grid world."""
import os
import random
from collections import deque
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
np.random.seed(SEED)


class Grid:
    """5x5, start anywhere, goal at a corner (+1), pit in the middle (-1)"""
    N = 5
    moves = [(0, 1), (0, -1), (1, 0), (-1, 0)]

    def reset(self):
        while True:
            self.pos = (random.randrange(self.N), random.randrange(self.N))
            if self.pos not in [(4, 4), (2, 2)]:
                break
        self.t = 0
        return self.obs()

    def obs(self):
        o = np.zeros(self.N * self.N, dtype=np.float32)
        o[self.pos[0] * self.N + self.pos[1]] = 1
        return o

    def step(self, a):
        dx, dy = self.moves[a]
        self.pos = (min(max(self.pos[0] + dx, 0), 4), min(max(self.pos[1] + dy, 0), 4))
        self.t += 1
        if self.pos == (4, 4):
            return self.obs(), 1.0, True
        if self.pos == (2, 2):
            return self.obs(), -1.0, True
        return self.obs(), -0.02, self.t >= 20


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(25, 64)
        self.l2 = nn.Linear(64, 4)

    def forward(self, x):
        return self.l2(F.relu(self.l1(x)))


env, q, target = Grid(), QNet(), QNet()
target.load_state_dict(q.state_dict())
opt = torch.optim.Adam(q.parameters(), lr=2e-3)
memory = deque(maxlen=5000)
GAMMA, BATCH = 0.95, 64


def optimize():
    s, a, r, s2, done = zip(*random.sample(memory, BATCH))
    s, s2 = torch.tensor(np.array(s)), torch.tensor(np.array(s2))
    a = torch.tensor(a).unsqueeze(1)
    r, done = torch.tensor(r), torch.tensor(done, dtype=torch.float32)
    q_sa = q(s).gather(1, a).squeeze(1)
    with torch.no_grad():
        y = r + GAMMA * (1 - done) * target(s2).max(1).values
    loss = F.smooth_l1_loss(q_sa, y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    return loss.item()


steps = 0
for episode in range(250):
    s, done = env.reset(), False
    eps = max(0.1, 1 - episode / 120)
    while not done:
        with torch.no_grad():
            a = random.randrange(4) if random.random() < eps else int(q(torch.tensor(s)).argmax())
        s2, r, done = env.step(a)
        memory.append((s, a, r, s2, done))
        s, steps = s2, steps + 1
        if len(memory) > 200:
            loss = optimize()
        if steps % 100 == 0:
            target.load_state_dict(q.state_dict())
    if episode % 50 == 49:
        print("episode", episode, "loss", loss)

wins = 0
for _ in range(100):
    s, done = env.reset(), False
    while not done:
        with torch.no_grad():
            s, r, done = env.step(int(q(torch.tensor(s)).argmax()))
    wins += r == 1.0
print("greedy success rate", wins / 100)
