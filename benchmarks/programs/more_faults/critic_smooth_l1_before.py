import torch
import torch.nn as nn
import torch.nn.functional as F

# value network of an actor-critic, fitted to recorded returns
torch.manual_seed(0)


class Critic(nn.Module):
    def __init__(self, n_obs=6):
        super().__init__()
        self.l1 = nn.Linear(n_obs, 64)
        self.l2 = nn.Linear(64, 64)
        self.v = nn.Linear(64, 1)

    def forward(self, obs):
        h = torch.tanh(self.l1(obs))
        h = torch.tanh(self.l2(h))
        return self.v(h)


obs = torch.randn(2000, 6)
returns = torch.cos(obs[:, 0]) + 0.8 * obs[:, 1] - 0.4 * obs[:, 2].abs() + 0.1 * torch.randn(2000)
critic = Critic()
optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3)

for update in range(600):
    idx = torch.randint(0, 2000, (64,))
    value = critic(obs[idx])
    advantage = returns[idx] - value
    loss = torch.where(advantage.abs() < 1, 0.5 * advantage**2, advantage.abs() - 0.5).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if update % 150 == 149:
        with torch.no_grad():
            v = critic(obs).squeeze(1)
            explained = 1 - F.mse_loss(v, returns).item() / returns.var().item()
        print(f"update {update + 1} loss {loss.item():.3f} explained variance {explained:.3f}")
