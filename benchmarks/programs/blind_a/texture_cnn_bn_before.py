"""Texture classification: conv net with batch norm, best checkpoint kept."""
import os
import copy
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


def textures(n, size=12):
    """5 kinds of texture, raw intensities as the camera gives them"""
    y = np.random.randint(0, 5, n)
    g = np.mgrid[0:size, 0:size]
    out = []
    for k in y:
        ph = np.random.rand() * 6.28
        base = [np.sin(g[0] * 1.5 + ph), np.sin(g[1] * 1.5 + ph), np.sin((g[0] + g[1]) + ph),
                np.sin(g[0] * 1.5 + ph) * np.sin(g[1] * 1.5), np.random.randn(size, size) * 0.7][k]
        out.append(base + 0.5 * np.random.randn(size, size))
    x = np.stack(out)[:, None].astype(np.float32)
    return torch.from_numpy(x), torch.from_numpy(y)


def conv_bn(cin, cout):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1, bias=False), nn.BatchNorm2d(cout), nn.ReLU())


class TextureNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            conv_bn(1, 12), conv_bn(12, 12), nn.MaxPool2d(2),
            conv_bn(12, 24), conv_bn(24, 24), nn.MaxPool2d(2),
            conv_bn(24, 24), conv_bn(24, 24), conv_bn(24, 24), conv_bn(24, 24))
        self.head = nn.Linear(24, 5)

    def forward(self, x):
        return self.head(self.body(x).mean((2, 3)))


def evaluate(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


x_tr, y_tr = textures(700)
x_va, y_va = textures(300)
model = TextureNet()
opt = torch.optim.SGD(model.parameters(), lr=0.02)
best, best_state = evaluate(model, x_va, y_va), None
print("before training: val acc %.3f" % best)

for epoch in range(6):
    losses = []
    for idx in torch.randperm(len(x_tr)).split(32):
        opt.zero_grad()
        loss = F.cross_entropy(model(x_tr[idx]), y_tr[idx])
        loss.backward()
        opt.step()
        losses.append(loss.item())
    acc = evaluate(model, x_va, y_va)
    if acc > best:
        best, best_state = acc, copy.deepcopy(model.state_dict())
    print(f"epoch {epoch:2d} loss {np.mean(losses):.4f} val acc {acc:.3f}")
print("last val acc %.3f, best %.3f" % (acc, best))
