# A spiking-like net: Heaviside forward, surrogate derivative backward
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Spike(torch.autograd.Function):
    @staticmethod
    def forward(ctx, u):
        ctx.save_for_backward(u)
        return (u > 0).to(u.dtype)

    @staticmethod
    def backward(ctx, g):
        u, = ctx.saved_tensors
        return g / (1 + 2 * u.abs()) ** 2


spike = Spike.apply


class SNN(nn.Module):
    def __init__(self, i=16, h=64, o=4):
        super().__init__()
        self.w1, self.w2 = nn.Linear(i, h), nn.Linear(h, o)
        self.beta = 0.8

    def forward(self, x):                # x: T, B, i
        u = torch.zeros(x.size(1), 64)
        out = torch.zeros(x.size(1), 4)
        rate = 0.0
        for xt in x:
            u = self.beta * u + self.w1(xt)
            s = spike(u - 1.0)
            u = u - s.detach()
            out = 0.9 * out + self.w2(s)
            rate = rate + s.mean() / len(x)
        return out / len(x) * 2, rate


rates = torch.rand(4, 16) * 0.8


def batch(n, T=10):
    y = torch.randint(0, 4, (n,))
    return torch.bernoulli(rates[y].expand(T, n, 16)), y


net = SNN()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for it in range(200):
    x, y = batch(64)
    logits, rate = net(x)
    loss = nn.functional.cross_entropy(logits, y) + 0.01 * rate
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 40 == 0:
        print(f"iter {it} loss {loss.item():.4f} firing rate {rate.item():.3f}")
with torch.no_grad():
    x, y = batch(800)
    print("accuracy", round((net(x)[0].argmax(1) == y).float().mean().item(), 4), "chance 0.25")
