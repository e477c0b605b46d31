import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# spiral trajectories
A = torch.tensor([[-0.1, 1.5], [-1.5, -0.1]])
dt, T = 0.05, 40


def simulate(x0):
    xs = [x0]
    for _ in range(T):
        xs.append(xs[-1] + dt * (xs[-1] ** 3 @ A.T))
    return torch.stack(xs, 1)


train_x0 = torch.rand(64, 2) * 2 - 1
train = simulate(train_x0)


class ODEFunc(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 50), nn.Tanh(), nn.Linear(50, 2))
        for m in self.net.modules():
            if isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, mean=0, std=0.1)
                nn.init.constant_(m.bias, val=0)

    def forward(self, y):
        return self.net(y ** 3)


def euler(f, y, n):
    out = [y]
    for _ in range(n):
        y = y + dt * f(y)
        out.append(y)
    return torch.stack(out, 1)


func = ODEFunc()
optimizer = torch.optim.RMSprop(func.parameters(), lr=3e-3)
for itr in range(300):
    s = torch.randint(0, T - 10, (64,))
    b = torch.randint(0, 64, (64,))
    y0 = train[b, s]
    target = torch.stack([train[b, s + k] for k in range(11)], 1)
    pred = euler(func, y0, 10)
    loss = (pred - target).abs().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if itr % 50 == 0:
        print("Iter {:04d} | Loss {:.5f}".format(itr, loss.item()))
with torch.no_grad():
    x0 = torch.rand(50, 2) * 2 - 1
    true = simulate(x0)
    err = (euler(func, x0, T) - true).abs().mean().item()
    still = (x0[:, None] - true).abs().mean().item()
print("rollout error", round(err, 4), "standing still", round(still, 4))
