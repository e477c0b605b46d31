"""Minimal DQN (Mnih et al. 2015) on a windy corridor: reach the right end, small step cost."""
import os
import random
from collections import deque
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED); np.random.seed(SEED); torch.manual_seed(SEED)


@dataclass
class Config:
    n_cells: int = 9
    gamma: float = 0.95
    lr: float = 1e-3
    batch: int = 64
    buffer: int = 4000
    target_every: int = 50
    steps: int = 1500
    eps_decay: int = 700


class Corridor:
    """state = one-hot(cell) + colour flag; the flag swaps what the two actions mean."""

    def __init__(self, n):
        self.n = n

    def obs(self):
        v = np.zeros(self.n + 1, dtype=np.float32)
        v[self.pos] = 1.0
        v[-1] = self.flag
        return v

    def reset(self):
        self.pos, self.t = random.randrange(self.n - 1), 0
        self.flag = random.randint(0, 1) * 2 - 1
        return self.obs()

    def step(self, a):
        move = (1 if a == 1 else -1) * self.flag
        if random.random() < 0.05:
            move = -move
        self.pos = min(max(self.pos + move, 0), self.n - 1)
        self.flag = random.randint(0, 1) * 2 - 1
        self.t += 1
        win = self.pos == self.n - 1
        return self.obs(), (1.0 if win else -0.02), win, win or self.t >= 40


class QNet(nn.Module):
    def __init__(self, d, n_actions, h=64):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(d, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU())
        self.q = nn.Linear(h, n_actions)

    def forward(self, x):
        return self.q(self.body(x))


cfg = Config()
env = Corridor(cfg.n_cells)
online, target = QNet(cfg.n_cells + 1, 2), QNet(cfg.n_cells + 1, 2)
target.load_state_dict(online.state_dict())
opt = torch.optim.Adam(online.parameters(), lr=cfg.lr)
memory = deque(maxlen=cfg.buffer)

s, running = env.reset(), 0.0
for step in range(cfg.steps + 200):
    eps = max(0.1, 1.0 - step / cfg.eps_decay)
    if random.random() < eps:
        a = random.randint(0, 1)
    else:
        with torch.no_grad():
            a = online(torch.from_numpy(s)).argmax().item()
    s2, r, terminal, done = env.step(a)
    memory.append((s, a, r, s2, float(terminal)))
    s = env.reset() if done else s2
    if step < 200:
        continue

    S, A, R, S2, D = zip(*random.sample(memory, cfg.batch))
    S, S2 = torch.from_numpy(np.stack(S)), torch.from_numpy(np.stack(S2))
    A, R, D = torch.tensor(A), torch.tensor(R), torch.tensor(D)
    with torch.no_grad():
        y = R + cfg.gamma * (1 - D) * target(S2).max(1).values
    q = online(S).gather(1, A.unsqueeze(1)).squeeze(1)
    loss = F.smooth_l1_loss(q, y)
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(online.parameters(), 10.0)
    opt.step()
    if step % cfg.target_every == 0:
        target.load_state_dict(online.state_dict())
    running = 0.99 * running + 0.01 * loss.item()
    if step % 250 == 0:
        print(f"step {step} eps {eps:.2f} td {running:.4f}")

lengths = []
for _ in range(60):
    s, done = env.reset(), False
    while not done:
        with torch.no_grad():
            s, _, win, done = env.step(online(torch.from_numpy(s)).argmax().item())
    lengths.append(win)
print(f"success rate {np.mean(lengths):.2f}")
