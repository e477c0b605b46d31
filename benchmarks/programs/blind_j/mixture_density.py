import os, math, torch, torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
# inverse problem: y -> x is multi-valued
n = 2500
t = torch.rand(n, 1) * 2 - 1
x = (7 * torch.sin(4.5 * t) + t * 3) / 6 + 0.05 * torch.randn(n, 1)
inp, out = x, t

class MDN(nn.Module):
    def __init__(self, k=6, h=48):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(1, h), nn.Tanh(), nn.Linear(h, h), nn.Tanh())
        self.pi, self.mu, self.ls = nn.Linear(h, k), nn.Linear(h, k), nn.Linear(h, k)
        nn.init.uniform_(self.mu.bias, -1, 1)
    def forward(self, z):
        h = self.trunk(z)
        return torch.log_softmax(self.pi(h), -1), self.mu(h), self.ls(h).clamp(-4, 2)

def nll(net, z, t):
    lp, mu, ls = net(z)
    comp = -0.5 * ((t - mu) / ls.exp()) ** 2 - ls - 0.5 * math.log(2 * math.pi)
    return -torch.logsumexp(lp + comp, -1).mean()

net = MDN()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for step in range(800):
    b = torch.randint(0, 2000, (200,))
    loss = nll(net, inp[b], out[b])
    opt.zero_grad(); loss.backward(); opt.step()
    if step % 150 == 0:
        print(step, "nll", round(loss.item(), 4))
with torch.no_grad():
    te = nll(net, inp[2000:], out[2000:]).item()
    v = out[:2000].var()
    base = 0.5 * math.log(2 * math.pi * math.e * v.item())
print("test nll", round(te, 4), "single Gaussian", round(base, 4))
