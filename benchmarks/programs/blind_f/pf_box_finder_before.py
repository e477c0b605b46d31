# find the bounding box of a bright rectangle in a 24x24 image
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
g = torch.Generator().manual_seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)
SIZE = 24


def scene(n):
    img = 0.3 * torch.randn(n, 1, SIZE, SIZE, generator=g)
    wh = torch.randint(5, 13, (n, 2), generator=g)
    x0 = (torch.rand(n, 2, generator=g) * (SIZE - wh)).long()
    for i in range(n):
        (x, y), (w, h) = x0[i].tolist(), wh[i].tolist()
        img[i, 0, y:y + h, x:x + w] += 1.0
    box = torch.cat([(x0 + wh / 2.0), wh.float()], 1) / SIZE
    return img, box


def iou(a, b):
    a1, a2 = a[:, :2] - a[:, 2:] / 2, a[:, :2] + a[:, 2:] / 2
    b1, b2 = b[:, :2] - b[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2
    inter = (torch.minimum(a2, b2) - torch.maximum(a1, b1)).clamp(min=0).prod(1)
    union = (a2 - a1).clamp(min=0).prod(1) + (b2 - b1).prod(1) - inter
    return (inter / union).mean().item()


class BoxNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.LeakyReLU(0.1),
            nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.LeakyReLU(0.1),
            nn.Flatten(),
        )
        self.box = nn.Sequential(nn.Linear(16 * 36, 64), nn.LeakyReLU(0.1), nn.Linear(64, 4))

    def forward(self, x):
        return self.box(self.backbone(x))


x_tr, b_tr = scene(800)
x_te, b_te = scene(200)
net = BoxNet()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-5)
loss_fn = nn.SmoothL1Loss(beta=0.1)

for epoch in range(14):
    net.train()
    perm = torch.randperm(800)
    s = 0.0
    for j in perm.split(32):
        optimizer.zero_grad()
        loss = loss_fn(net(x_tr[j]), b_tr[j])
        loss.backward()
        optimizer.step()
        s += loss.item()
    if epoch % 4 == 0:
        print(f"epoch {epoch} loss {s / 25:.4f}")
net.eval()
with torch.no_grad():
    print(f"mean IoU on test scenes: {iou(net(x_te), b_te):.3f}")
