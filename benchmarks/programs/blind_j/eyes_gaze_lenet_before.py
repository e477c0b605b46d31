import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
# synthetic eyes: dark iris on a light background, 18x30, gaze = (theta, phi), plus head angles
N = 800
gaze = torch.stack([1.57 + 0.5 * (torch.rand(N) - 0.5) * 2, 1.0 * (torch.rand(N) - 0.5) * 2], 1)
head = 0.3 * torch.randn(N, 2)
yy, xx = torch.meshgrid(torch.arange(18.), torch.arange(30.), indexing="ij")
cx = 15 + 9 * gaze[:, 1] + 2 * head[:, 1]
cy = 9 + 8 * (gaze[:, 0] - 1.57) + 2 * head[:, 0]
img = 0.8 - 0.7 * torch.exp(-((xx - cx[:, None, None]) ** 2 + (yy - cy[:, None, None]) ** 2) / 12)
img = (img + 0.03 * torch.randn(N, 18, 30)).unsqueeze(1)


def vec(a):
    return torch.stack([a[:, 0].sin() * a[:, 1].cos(), a[:, 0].sin() * a[:, 1].sin(), a[:, 0].cos()], 1)


def angle_loss(pred, true):
    p, t = vec(pred), vec(true)
    cos = (p * t).sum(1) / (p.norm(dim=1) * t.norm(dim=1))
    return torch.acos(cos.clamp(-0.99999, 0.99999)).mean()


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c2 = nn.Conv2d(1, 8, 5), nn.Conv2d(8, 16, 3)
        self.fc = nn.Linear(16 * 2 * 5, 100)
        self.out = nn.Linear(102, 2)
        for c in (self.c1, self.c2):
            nn.init.normal_(c.weight, 0.0, 0.1)
        nn.init.zeros_(self.fc.weight)
        nn.init.xavier_uniform_(self.out.weight)
        for m in (self.c1, self.c2, self.fc, self.out):
            nn.init.zeros_(m.bias)

    def forward(self, x, h):
        x = F.max_pool2d(F.relu(self.c1(x)), 2)
        x = F.max_pool2d(F.relu(self.c2(x)), 2)
        x = F.relu(self.fc(x.flatten(1)))
        return self.out(torch.cat([h, x], 1))


net = LeNet()
opt = torch.optim.SGD(net.parameters(), lr=0.03)
for epoch in range(24):
    order = torch.randperm(640)
    for k in range(0, 640, 32):
        b = order[k:k + 32]
        loss = angle_loss(net(img[b], head[b]), gaze[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 4 == 3:
        with torch.no_grad():
            v = angle_loss(net(img[640:], head[640:]), gaze[640:]).item()
        print("epoch", epoch + 1, "loss %.4f" % loss.item(), "val angle (rad) %.4f" % v)
with torch.no_grad():
    print("val", v, "constant gaze", angle_loss(gaze[:640].mean(0).expand(160, 2), gaze[640:]).item())
