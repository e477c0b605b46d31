# Mixture density network for Bishop's inverse problem.
import os, math
import torch
import torch.nn as nn
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
t = torch.rand(1000, 1)
x = t + 0.3 * torch.sin(2 * math.pi * t) + 0.02 * (torch.rand(1000, 1) - .5)


class MDN(nn.Module):
    def __init__(self, k=4):
        super().__init__()
        self.h = nn.Sequential(nn.Linear(1, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh())
        self.pi, self.mu, self.ls = nn.Linear(40, k), nn.Linear(40, k), nn.Linear(40, k)

    def nll(self, x, t):
        h = self.h(x)
        lp = self.pi(h).log_softmax(1) - self.ls(h) - .5 * ((t - self.mu(h)) / self.ls(h).exp()) ** 2 - .5 * math.log(2 * math.pi)
        return -lp.logsumexp(1).mean()


net = MDN()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for it in range(1200):
    i = torch.randint(0, 1000, (200,))
    loss = net.nll(x[i], t[i])
    opt.zero_grad(); loss.backward(); opt.step()
    if it % 200 == 0:
        print("iteration", it, "nll %.3f" % loss.item())
base = .5 * math.log(2 * math.pi * math.e * t.var().item())
print("final nll %.3f, one Gaussian %.3f" % (net.nll(x, t).item(), base))
