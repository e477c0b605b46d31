import os
import torch
import torch.nn as nn
from torch.nn.utils.parametrizations import orthogonal, spectral_norm, weight_norm

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = weight_norm(nn.Linear(2, 48))
        self.b = orthogonal(nn.Linear(48, 48))
        self.c = spectral_norm(nn.Linear(48, 48))
        self.d = weight_norm(nn.Linear(48, 3))
        self.temp = nn.Parameter(torch.tensor(1.0))

    def forward(self, x):
        x = torch.tanh(self.a(x))
        x = torch.relu(self.b(x))
        x = torch.relu(self.c(x))
        return self.d(x) * self.temp.exp()


# three-arm spiral
n = 600
t = torch.rand(n) * 2 + 0.2
arm = torch.randint(0, 3, (n,))
ang = 2 * t + arm * 2 * torch.pi / 3 + 0.1 * torch.randn(n)
X = torch.stack([t * ang.cos(), t * ang.sin()], 1)
tr, te = slice(0, 450), slice(450, n)

net = Net()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for step in range(350):
    b = torch.randint(0, 450, (90,))
    loss = nn.functional.cross_entropy(net(X[b]), arm[b])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 50 == 0:
        print(step, round(loss.item(), 4))
net.eval()
with torch.no_grad():
    print("test accuracy", round((net(X[te]).argmax(1) == arm[te]).float().mean().item(), 4), "chance 0.33")
