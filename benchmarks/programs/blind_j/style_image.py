import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# random-feature "VGG": optimise the pixels to match Gram matrices and one content map
feat = nn.ModuleList([nn.Conv2d(3, 16, 3, padding=1), nn.Conv2d(16, 24, 3, padding=1)]).eval()
for p in feat.parameters():
    p.requires_grad_(False)


def features(img):
    a = F.relu(feat[0](img))
    b = F.relu(feat[1](F.avg_pool2d(a, 2)))
    return [a, b]


def gram(f):
    b, c, h, w = f.shape
    g = f.view(c, h * w)
    return g @ g.T / (h * w)


S = 24
yy, xx = torch.meshgrid(torch.linspace(-1, 1, S), torch.linspace(-1, 1, S), indexing="ij")
content = torch.stack([((xx ** 2 + yy ** 2) < 0.4).float()] * 3)[None]
style = torch.stack([torch.sin(12 * xx), torch.cos(12 * yy), torch.sin(8 * (xx + yy))])[None] * 0.5 + 0.5
cf = features(content)[1]
sg = [gram(f) for f in features(style)]

img = content.clone() + 0.1 * torch.randn_like(content)
img.requires_grad_(True)
opt = torch.optim.Adam([img], lr=0.03)
first = None
for it in range(300):
    fs = features(img)
    c_loss = F.mse_loss(fs[1], cf)
    s_loss = sum(F.mse_loss(gram(f), g) for f, g in zip(fs, sg))
    tv = (img[..., 1:] - img[..., :-1]).abs().mean() + (img[..., 1:, :] - img[..., :-1, :]).abs().mean()
    loss = c_loss + 20 * s_loss + 1e-3 * tv
    opt.zero_grad()
    loss.backward()
    opt.step()
    if first is None:
        first = s_loss.item()
    if it % 50 == 0:
        print(f"{it} content {c_loss.item():.5f} style {s_loss.item():.6f} tv {tv.item():.4f}")
print(f"style loss from {first:.6f} to {s_loss.item():.6f}, content {c_loss.item():.5f} (flat image {F.mse_loss(features(torch.full_like(content, 0.5))[1], cf).item():.5f})")
