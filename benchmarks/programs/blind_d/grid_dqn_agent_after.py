# DQN on a small grid world, replay buffer + target network
import os, random
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import copy

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED); np.random.seed(SEED); random.seed(SEED)

N = 4
GOAL = (3, 3)
PITS = {(1, 1), (2, 3)}
MOVES = [(0, 1), (0, -1), (1, 0), (-1, 0)]


def encode(s):
    v = np.zeros(N * N, dtype=np.float32)
    v[s[0] * N + s[1]] = 1
    return v


def env_step(s, a):
    r, c = s[0] + MOVES[a][0], s[1] + MOVES[a][1]
    r, c = min(max(r, 0), N - 1), min(max(c, 0), N - 1)
    if (r, c) == GOAL:
        return (r, c), 1.0, True
    if (r, c) in PITS:
        return (r, c), -1.0, True
    return (r, c), -0.02, False


class QNet(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.fc1 = nn.Linear(N * N, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, 4)

    def forward(self, x):
        return self.out(F.relu(self.fc2(F.relu(self.fc1(x)))))


policy_net = QNet()
target_net = copy.deepcopy(policy_net)
optimizer = torch.optim.Adam(policy_net.parameters(), lr=1e-3)
buffer = []
gamma, batch_size, total = 0.95, 64, 900

state, t_ep = (0, 0), 0
for step in range(total):
    eps = max(0.1, 1.0 - step / 400)
    for _ in range(4):
        if random.random() < eps:
            a = random.randrange(4)
        else:
            with torch.no_grad():
                a = policy_net(torch.from_numpy(encode(state))).argmax().item()
        nxt, rew, done = env_step(state, a)
        buffer.append((encode(state), a, rew, encode(nxt), done))
        t_ep += 1
        if done or t_ep > 30:
            state, t_ep = (random.randrange(3), random.randrange(3)), 0
        else:
            state = nxt
    buffer = buffer[-5000:]
    if len(buffer) < 200:
        continue
    s, a, r, s2, d = zip(*random.sample(buffer, batch_size))
    s, s2 = torch.tensor(np.array(s)), torch.tensor(np.array(s2))
    a = torch.tensor(a)
    r = torch.tensor(r)
    d = torch.tensor(d, dtype=torch.float32)
    q = policy_net(s).gather(1, a[:, None]).squeeze(1)
    with torch.no_grad():
        y = r + gamma * (1 - d) * target_net(s2).max(1).values
    loss = F.smooth_l1_loss(q, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        target_net.load_state_dict(policy_net.state_dict())
    if step % 150 == 0:
        print(f"step {step} eps {eps:.2f} td loss {loss.item():.4f}")

# greedy evaluation from every start cell
wins, n = 0, 0
for r0 in range(N):
    for c0 in range(N):
        if (r0, c0) == GOAL or (r0, c0) in PITS:
            continue
        s, n = (r0, c0), n + 1
        for _ in range(20):
            with torch.no_grad():
                a = policy_net(torch.from_numpy(encode(s))).argmax().item()
            s, rew, done = env_step(s, a)
            if done:
                wins += rew > 0
                break
print(f"greedy success {wins}/{n} = {wins / n:.3f}")
