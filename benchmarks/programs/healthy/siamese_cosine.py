import torch
import torch.nn.functional as F
from torch import nn


class Encoder(nn.Module):
    def __init__(self, n_in=30, n_out=16):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(n_in, 64), nn.ReLU(), nn.Linear(64, n_out))

    def forward(self, x):
        return F.normalize(self.net(x), dim=-1)


def nt_xent(a, b, temperature=0.2):
    """Each row of a belongs to the same row of b."""
    logits = a @ b.t() / temperature
    labels = torch.arange(len(a))
    return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.t(), labels)) / 2


torch.manual_seed(0)
mixing_a, mixing_b = torch.randn(8, 30) / 3, torch.randn(8, 30) / 3


def two_views(n):
    z = torch.randn(n, 8)
    return (
        torch.tanh(z @ mixing_a) + 0.1 * torch.randn(n, 30),
        torch.tanh(z @ mixing_b) + 0.1 * torch.randn(n, 30),
    )


enc_a, enc_b = Encoder(), Encoder()
opt = torch.optim.Adam([*enc_a.parameters(), *enc_b.parameters()], lr=2e-3)
for step in range(400):
    xa, xb = two_views(64)
    loss = nt_xent(enc_a(xa), enc_b(xb))
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 99:
        with torch.no_grad():
            xa, xb = two_views(200)
            sim = F.cosine_similarity(enc_a(xa)[:, None], enc_b(xb)[None], dim=-1)
            top1 = (sim.argmax(1) == torch.arange(200)).float().mean().item()
        print(f"step {step + 1} loss {loss.item():.3f} retrieval top-1 of 200: {top1:.3f}")
