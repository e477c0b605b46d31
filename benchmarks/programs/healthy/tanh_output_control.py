import torch
from torch import nn

# imitate a saturating controller: steering in [-1, 1]
torch.manual_seed(0)
state = torch.randn(1200, 4)
gain = torch.tensor([0.9, -0.5, 0.3, 0.1])
steering = torch.tanh(state @ gain + 0.3 * state[:, 0] * state[:, 1]).unsqueeze(1)
steering = (steering + 0.02 * torch.randn(1200, 1)).clamp(-1, 1)

policy = nn.Sequential(
    nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1), nn.Tanh()
)
optimizer = torch.optim.Adam(policy.parameters(), lr=2e-3)

for epoch in range(30):
    perm = torch.randperm(1000)
    for i in range(0, 1000, 50):
        batch = perm[i : i + 50]
        loss = nn.functional.mse_loss(policy(state[batch]), steering[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if (epoch + 1) % 6 == 0:
        with torch.no_grad():
            test = nn.functional.mse_loss(policy(state[1000:]), steering[1000:])
        print("epoch", epoch + 1, "test mse", test.item())
