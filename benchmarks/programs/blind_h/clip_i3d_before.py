"""Inflated 3D conv net (ported), tiny clips: which way does the blob move?"""
import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def clips(n):
    """n clips of 4 frames 10x10, four directions of motion"""
    y = torch.randint(0, 4, (n,))
    d = torch.tensor([[1, 0], [-1, 0], [0, 1], [0, -1]])[y]
    c = torch.randint(3, 7, (n, 2))
    g = torch.arange(10).float()
    frames = []
    for t in range(4):
        p = (c + (t - 1) * d).float()
        ry = torch.exp(-(g[None] - p[:, :1]) ** 2)
        rx = torch.exp(-(g[None] - p[:, 1:]) ** 2)
        frames.append(ry[:, :, None] * rx[:, None, :])
    v = torch.stack(frames, 1).unsqueeze(1)
    return v + 0.1 * torch.randn_like(v), y


class Unit3D(nn.Module):
    def __init__(self, i, o, k=3):
        super().__init__()
        self.conv = nn.Conv3d(i, o, k, padding=k // 2, bias=False)
        self.bn = nn.BatchNorm3d(o)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))


class I3D(nn.Module):
    def __init__(self, num_classes, dropout_keep_prob=1):
        super().__init__()
        self.a = Unit3D(1, 8)
        self.b = Unit3D(8, 16)
        self.pool = nn.AdaptiveAvgPool3d((1, 2, 2))
        self.dropout = nn.Dropout(dropout_keep_prob)
        self.logits = nn.Linear(64, num_classes)

    def forward(self, x):
        x = self.pool(self.b(self.a(x))).flatten(1)
        return self.logits(self.dropout(x))


x, y = clips(640)
xv, yv = clips(200)
net = I3D(4)
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
ce = nn.CrossEntropyLoss()
for epoch in range(10):
    net.train()
    tot = 0.0
    for k in range(0, 640, 32):
        opt.zero_grad()
        loss = ce(net(x[k:k + 32]), y[k:k + 32])
        loss.backward()
        opt.step()
        tot += loss.item()
    net.eval()
    with torch.no_grad():
        acc = (net(xv).argmax(1) == yv).float().mean().item()
    print(f"epoch {epoch} loss {tot / 20:.4f} val acc {acc:.3f}")
