"""DQN on a 4x4 grid (replay memory, target network, epsilon greedy)."""
import os
import random
from collections import deque
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
SIZE, GAMMA = 4, 0.95
MOVES = [(0, 1), (0, -1), (1, 0), (-1, 0)]
HOLES, GOAL = {(1, 1), (2, 3)}, (3, 3)


def step_env(s, a):
    r, c = s[0] + MOVES[a][0], s[1] + MOVES[a][1]
    s2 = (min(max(r, 0), SIZE - 1), min(max(c, 0), SIZE - 1))
    if s2 in HOLES:
        return s2, -1.0, True
    if s2 == GOAL:
        return s2, 1.0, True
    return s2, -0.02, False


def enc(s):
    v = [0.0] * (SIZE * SIZE)
    v[s[0] * SIZE + s[1]] = 1.0
    return v


def q_net():
    return nn.Sequential(nn.Linear(SIZE * SIZE, 32), nn.ReLU(), nn.Linear(32, 4))


q, q_target = q_net(), q_net()
q_target.load_state_dict(q.state_dict())
opt = torch.optim.Adam(q.parameters(), lr=3e-3)
memory = deque(maxlen=2000)
huber = nn.SmoothL1Loss()
s, ep_len, frame = (0, 0), 0, 0

for frame in range(1, 2001):
    eps = max(0.1, 1 - frame / 1000)
    if random.random() < eps:
        a = random.randrange(4)
    else:
        with torch.no_grad():
            a = int(q(torch.tensor(enc(s))).argmax())
    s2, r, done = step_env(s, a)
    ep_len += 1
    memory.append((enc(s), a, r, enc(s2), float(done)))
    s = s2
    if done or ep_len >= 40:
        s, ep_len = (0, 0), 0
    if len(memory) >= 64 and frame % 2 == 0:
        S, A, R, S2, Dn = map(torch.tensor, zip(*random.sample(memory, 32)))
        with torch.no_grad():
            goal = R + GAMMA * (1 - Dn) * q_target(S2).max(1).values
        loss = huber(q(S).gather(1, A[:, None]).squeeze(1), goal)
        opt.zero_grad()
        loss.backward()
        opt.step()
    if frame % 100 == 0:
        q_target.load_state_dict(q.state_dict())
    if frame % 500 == 0:
        print(f"frame {frame} eps {eps:.2f} loss {loss.item():.5f}")

s, total = (0, 0), 0.0
for _ in range(20):
    with torch.no_grad():
        s, r, done = step_env(s, int(q(torch.tensor(enc(s))).argmax()))
    total += r
    if done:
        break
print(f"greedy return {total:.2f} (best 0.90)")
