"""UTKFace-like multi-task network: age (years) and gender from one trunk."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

n = 1500
age = torch.randint(1, 90, (n,)).float()
gender = torch.randint(0, 2, (n,)).float()
g = torch.linspace(-1, 1, 16)
yy, xx = torch.meshgrid(g, g, indexing="ij")
wrinkle = torch.sin(9 * xx + 4 * yy)
hair = ((yy < -0.3).float() - 0.3)
faces = 0.5 + 0.25 * (age / 45 - 1)[:, None, None] * wrinkle + 0.05 * (gender * 2 - 1)[:, None, None] * hair
faces = (faces + 0.12 * torch.randn(n, 16, 16)).clamp(0, 1).unsqueeze(1)


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Conv2d(1, 12, 3, stride=2, padding=1), nn.ReLU(),
                                   nn.Conv2d(12, 24, 3, stride=2, padding=1), nn.ReLU(),
                                   nn.Flatten(), nn.Linear(384, 32), nn.ReLU())
        self.age = nn.Linear(32, 1)
        self.gender = nn.Linear(32, 1)

    def forward(self, x):
        h = self.trunk(x)
        return self.age(h).squeeze(1), self.gender(h).squeeze(1)


target = age
model = TwoHeads()
opt = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
for epoch in range(14):
    for b in torch.randperm(1200).split(32):
        a, s = model(faces[b])
        loss = F.mse_loss(a, target[b]) + F.binary_cross_entropy_with_logits(s, gender[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 3 == 0:
        print("epoch", epoch, "total loss", round(loss.item(), 4))
with torch.no_grad():
    a, s = model(faces[1200:])
    r2 = 1 - F.mse_loss(a, target[1200:]) / target[1200:].var()
    acc = ((s > 0).float() == gender[1200:]).float().mean()
print("age R2 %.3f   gender accuracy %.3f" % (r2.item(), acc.item()))
