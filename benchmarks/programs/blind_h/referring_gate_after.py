"""Language-aware fusion: visual tokens + gated language features (referring segmentation, toy size).
A phrase names a colour; the cell of the 6x6 image with that colour is to be marked."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
N_COL, DIM, CELLS = 4, 24, 36
palette = torch.randn(N_COL, DIM)


def sample(n):
    colour = torch.randint(0, N_COL, (n, CELLS))
    phrase = torch.randint(0, N_COL, (n,))
    img = palette[colour] + 0.3 * torch.randn(n, CELLS, DIM)
    return img, phrase, (colour == phrase[:, None]).float()


class LanguageGate(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.vis = nn.Linear(dim, dim)
        self.lang = nn.Linear(dim, dim)
        self.res_gate = nn.Sequential(
            nn.Linear(dim, dim, bias=False), nn.ReLU(),
            nn.Linear(dim, dim, bias=False), nn.Tanh(),
        )
        nn.init.zeros_(self.res_gate[2].weight)

    def forward(self, x, l):
        residual = F.gelu(self.vis(x)) * F.gelu(self.lang(l)).unsqueeze(1)
        return x + self.res_gate(residual) * residual


class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(N_COL, DIM)
        self.fuse1 = LanguageGate(DIM)
        self.fuse2 = LanguageGate(DIM)
        self.mid = nn.Sequential(nn.LayerNorm(DIM), nn.Linear(DIM, 48), nn.GELU(), nn.Linear(48, DIM))
        self.out = nn.Linear(DIM, 1)

    def forward(self, x, p):
        l = self.words(p)
        x = self.fuse1(x, l)
        x = x + self.mid(x)
        x = self.fuse2(x, l)
        return self.out(F.gelu(x)).squeeze(-1)


net = Segmenter()
opt = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.01)
for step in range(800):
    img, phrase, mask = sample(32)
    loss = F.binary_cross_entropy_with_logits(net(img, phrase), mask)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(f"iter {step} loss {loss.item():.4f}")
with torch.no_grad():
    img, phrase, mask = sample(400)
    hit = (net(img, phrase) > 0) == mask.bool()
    inter = ((net(img, phrase) > 0) & mask.bool()).sum() / ((net(img, phrase) > 0) | mask.bool()).sum().clamp(min=1)
print(f"pixel accuracy {hit.float().mean().item():.3f}  IoU {inter.item():.3f}")
