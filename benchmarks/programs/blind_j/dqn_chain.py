import os
import random
from collections import deque
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)

# 悬崖行走: 4 x 6 网格, 左下角出发, 右下角为目标
H, W = 4, 6
MOVE = [(-1, 0), (1, 0), (0, -1), (0, 1)]


def step(s, a):
    r, c = s
    r = min(max(r + MOVE[a][0], 0), H - 1)
    c = min(max(c + MOVE[a][1], 0), W - 1)
    if r == H - 1 and 0 < c < W - 1:
        return (r, c), -1.0, True
    if (r, c) == (H - 1, W - 1):
        return (r, c), 1.0, True
    return (r, c), -0.02, False


def enc(states):
    x = torch.zeros(len(states), H + W)
    for i, (r, c) in enumerate(states):
        x[i, r] = 1
        x[i, H + c] = 1
    return x


def make():
    return nn.Sequential(nn.Linear(H + W, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 4))


q, target = make(), make()
target.load_state_dict(q.state_dict())
opt = torch.optim.Adam(q.parameters(), lr=1e-3)
memory = deque(maxlen=5000)
s, ep_len, losses = (H - 1, 0), 0, []
for t in range(2200):
    eps = max(0.1, 1 - t / 1200)
    if random.random() < eps:
        a = random.randrange(4)
    else:
        with torch.no_grad():
            a = q(enc([s])).argmax().item()
    s2, r, done = step(s, a)
    memory.append((s, a, r, s2, done))
    ep_len += 1
    if done or ep_len > 40:
        # 随机起点, 便于探索
        s, ep_len = (random.randrange(H - 1), random.randrange(W)), 0
    else:
        s = s2
    if t < 200 or t % 2:
        continue
    bs, ba, br, bs2, bd = zip(*random.sample(memory, 64))
    with torch.no_grad():
        y = torch.tensor(br) + 0.97 * target(enc(bs2)).max(1).values * (1 - torch.tensor(bd, dtype=torch.float32))
    qa = q(enc(bs)).gather(1, torch.tensor(ba)[:, None]).squeeze(1)
    loss = F.smooth_l1_loss(qa, y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    losses.append(loss.item())
    if len(losses) % 100 == 0:
        target.load_state_dict(q.state_dict())
        print("update", len(losses), "td loss", round(sum(losses[-100:]) / 100, 5))
ok = 0
for start in [(i, j) for i in range(H - 1) for j in range(W)] + [(H - 1, 0)]:
    s, n, done, r = start, 0, False, 0
    while not done and n < 20:
        s, r, done = step(s, q(enc([s])).argmax().item())
        n += 1
    ok += r == 1.0
print("starts from which the greedy policy reaches the goal:", ok, "of", (H - 1) * W + 1)
