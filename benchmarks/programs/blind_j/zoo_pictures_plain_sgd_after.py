import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
# 3x12x12 colour pictures in 0..1, ten classes
proto = F.interpolate(torch.rand(10, 3, 4, 4), size=12, mode="bilinear")
Y = torch.randint(0, 10, (1000,))
X = (0.6 * proto[Y] + 0.2 + 0.12 * torch.randn(1000, 3, 12, 12)).clamp(0, 1)


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c2 = nn.Conv2d(3, 12, 3), nn.Conv2d(12, 16, 3)
        self.f1, self.f2 = nn.Linear(64, 64), nn.Linear(64, 10)
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                nn.init.xavier_uniform_(m.weight)
                nn.init.zeros_(m.bias)

    def forward(self, x):
        x = F.max_pool2d(F.elu(self.c1(x)), 2)
        x = F.max_pool2d(F.elu(self.c2(x)), 2, ceil_mode=True)[:, :, :2, :2]
        return self.f2(F.elu(self.f1(x.flatten(1))))


net = Cnn()
opt = torch.optim.SGD(net.parameters(), lr=2e-2, momentum=0.9)
for epoch in range(10):
    perm = torch.randperm(800)
    for k in range(0, 800, 32):
        b = perm[k:k + 32]
        opt.zero_grad()
        loss = F.cross_entropy(net(X[b]), Y[b])
        loss.backward()
        opt.step()
    with torch.no_grad():
        print(epoch, "loss %.4f" % loss.item(), "val_acc %.3f" % (net(X[800:]).argmax(1) == Y[800:]).float().mean().item())
