import os
import random
import torch
import torch.nn as nn
from torch.distributions import Categorical

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
L, MAX_T, GAMMA = 7, 20, 0.97

policy = nn.Sequential(nn.Linear(L, 32), nn.Tanh(), nn.Linear(32, 2))
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
eye = torch.eye(L)
history = []

for episode in range(300):
    pos, logps, rewards, entropy = L // 2, [], [], 0.0
    for t in range(MAX_T):
        dist = Categorical(logits=policy(eye[pos]))
        a = dist.sample()
        logps.append(dist.log_prob(a))
        entropy = entropy + dist.entropy()
        pos += 1 if a.item() == 1 else -1
        if pos < 0:
            rewards.append(-1.0)
            break
        if pos == L:
            rewards.append(1.0)
            break
        rewards.append(-0.01)
    G, returns = 0.0, []
    for r in reversed(rewards):
        G = r + GAMMA * G
        returns.insert(0, G)
    returns = torch.tensor(returns)
    baseline = sum(history[-20:]) / max(1, len(history[-20:]))
    loss = -(torch.stack(logps) * (returns - baseline)).sum() - 0.01 * entropy
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append(returns[0].item())
    if episode % 50 == 49:
        print(f"episode {episode + 1} loss {loss.item():.3f} mean return {sum(history[-50:]) / 50:.3f}")
