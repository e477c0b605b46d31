# DQN update on a fixed replay memory (one-step control task, transitions logged beforehand)
import os, random
from collections import namedtuple
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED); random.seed(SEED)
Transition = namedtuple("Transition", "state action next_state reward done")
GAMMA, BATCH = 0.9, 64


def env_step(s, a):
    """cart on a line, three pushes, the goal is the origin"""
    nxt = (s + 0.4 * (a - 1) + 0.05 * torch.randn(1)).clamp(-2, 2)
    return nxt, -float(nxt.abs()), random.random() < 0.05


memory = []
s = torch.rand(1) * 4 - 2
for _ in range(3000):
    a = random.randrange(3)
    nxt, r, done = env_step(s, a)
    memory.append(Transition(s, a, nxt, r, done))
    s = torch.rand(1) * 4 - 2 if done else nxt

q_net = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 3))
target_net = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 3))
target_net.load_state_dict(q_net.state_dict())
optimizer = torch.optim.Adam(q_net.parameters(), lr=1e-3)

for step in range(1000):
    batch = Transition(*zip(*random.sample(memory, BATCH)))
    state, nstate = torch.stack(batch.state), torch.stack(batch.next_state)
    action = torch.tensor(batch.action).unsqueeze(1)
    reward = torch.tensor(batch.reward)
    alive = 1 - torch.tensor(batch.done, dtype=torch.float32)
    q = q_net(state).gather(1, action)
    with torch.no_grad():
        best = target_net(nstate).max(1)[0]
        expected = reward + GAMMA * alive * best
    loss = nn.functional.mse_loss(q, expected.unsqueeze(1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        target_net.load_state_dict(q_net.state_dict())
    if step % 200 == 0:
        print("update", step, "td loss %.4f" % loss.item())

tot = 0
for ep in range(100):
    s = torch.rand(1) * 4 - 2
    for t in range(12):
        with torch.no_grad():
            a = int(q_net(s).argmax())
        s, r, _ = env_step(s, a)
        tot += r
print("mean return of the greedy policy %.2f (random about -15, best about -3)" % (tot / 100))
