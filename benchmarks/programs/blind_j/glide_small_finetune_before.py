import os, argparse
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

ap = argparse.ArgumentParser()
ap.add_argument("--lr", type=float, default=1e-3)
ap.add_argument("--steps", type=int, default=300)
ap.add_argument("--batch_size", type=int, default=64)
ap.add_argument("--use_fp16", type=int, default=1)
args = ap.parse_args([])

digits = load_digits()
x0 = torch.tensor(digits.data, dtype=torch.float32) / 8.0 - 1.0
y = torch.tensor(digits.target)
T = 100
betas = torch.linspace(1e-3, 0.05, T)
abar = torch.cumprod(1 - betas, 0)


class Denoiser(nn.Module):
    """predicts the noise, conditioned on step and caption token"""

    def __init__(self, width=192):
        super().__init__()
        self.t_emb = nn.Embedding(T, 64)
        self.c_emb = nn.Embedding(10, 64)
        self.inp = nn.Linear(64, width)
        self.mix = nn.Linear(128, width)
        self.mid = nn.Linear(width, width)
        self.out = nn.Linear(width, 64)
        self.act = nn.SiLU()

    def forward(self, x, t, c):
        h = self.inp(x) + self.mix(torch.cat([self.t_emb(t), self.c_emb(c)], 1))
        h = self.act(h)
        h = h + self.act(self.mid(h))
        return self.out(h)


model = Denoiser()
if args.use_fp16:
    model.half()
dtype = next(model.parameters()).dtype
optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)

log = []
for step in range(args.steps):
    idx = torch.randint(len(x0), (args.batch_size,))
    t = torch.randint(T, (args.batch_size,))
    noise = torch.randn(args.batch_size, 64)
    a = abar[t].unsqueeze(1)
    xt = a.sqrt() * x0[idx] + (1 - a).sqrt() * noise
    pred = model(xt.to(dtype), t, y[idx])
    loss = ((pred.float() - noise) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    log.append(loss.item())
    if step % 50 == 0:
        print("step %4d  loss %.4f" % (step, loss.item()))
print("final loss (mean of the last 50; 1.0 = predict nothing): %.4f" % (sum(log[-50:]) / 50))
