"""Two encoders, one shared space (CLIP style), learned temperature."""
import math
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# "images": a rendered mixture of patterns; "captions": token ids of the patterns
P, D = 16, 48
patterns = torch.randn(P, D)


def batch(n):
    tok = torch.stack([torch.randperm(P)[:3] for _ in range(n)])
    img = patterns[tok].sum(1) + 0.5 * torch.randn(n, D)
    return img, tok


class ImageEncoder(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.net = nn.Sequential(nn.LayerNorm(D), nn.Linear(D, 64), nn.GELU(), nn.Linear(64, d))

    def forward(self, x):
        return F.normalize(self.net(x), dim=-1)


class TextEncoder(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.emb = nn.Embedding(P, 32)
        self.proj = nn.Sequential(nn.Linear(32, 64), nn.GELU(), nn.Linear(64, d))

    def forward(self, t):
        return F.normalize(self.proj(self.emb(t).mean(1)), dim=-1)


class CLIP(nn.Module):
    def __init__(self):
        super().__init__()
        self.v, self.t = ImageEncoder(), TextEncoder()
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def forward(self, img, tok):
        s = self.logit_scale.exp().clamp(max=100)
        return s * self.v(img) @ self.t(tok).T


model = CLIP()
decay = [p for n, p in model.named_parameters() if p.ndim >= 2]
rest = [p for n, p in model.named_parameters() if p.ndim < 2]
opt = torch.optim.AdamW([{"params": decay, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0.0}], lr=3e-3)
for step in range(300):
    img, tok = batch(64)
    logits = model(img, tok)
    lab = torch.arange(64)
    loss = (F.cross_entropy(logits, lab) + F.cross_entropy(logits.T, lab)) / 2
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 50 == 0:
        print(f"{step:3d} loss {loss.item():.4f} scale {model.logit_scale.exp().item():.2f}")
img, tok = batch(128)
with torch.no_grad():
    r1 = (model(img, tok).argmax(1) == torch.arange(128)).float().mean().item()
print("R@1 of 128:", r1)
