"""Volumes are large, so one at a time: small 3D net that says whether a volume holds bright or dark lesions."""
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
BATCH_SIZE = 16


def volumes(n, s=6):
    """mean intensity (scanner gain) differs a lot between volumes; class = strength of the signal"""
    y = torch.randint(0, 3, (n,))
    level = torch.tensor([0.0, 1.5, 3.0])[y]
    v = level.view(n, 1, 1, 1, 1) + 0.7 * torch.randn(n, 1, s, s, s)
    return v, y


def block(i, o):
    return nn.Sequential(nn.Conv3d(i, o, 3, padding=1, bias=False), nn.BatchNorm3d(o), nn.ReLU())


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(block(1, 8), block(8, 8), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(8, 3))

    def forward(self, x):
        return self.net(x)


x, y = volumes(400)
xv, yv = volumes(150)
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-5)
criterion = nn.CrossEntropyLoss()
EPOCHS = 20
for epoch in range(EPOCHS):
    model.train()
    perm, tot = torch.randperm(len(x)), 0.0
    for k in range(0, len(x), BATCH_SIZE):
        i = perm[k:k + BATCH_SIZE]
        loss = criterion(model(x[i]), y[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        tot += loss.item() * len(i)
    model.eval()
    with torch.no_grad():
        out = model(xv)
    print(f"epoch {epoch}: train loss {tot / len(x):.4f}  val loss {criterion(out, yv).item():.4f}  val acc {(out.argmax(1) == yv).float().mean().item():.3f}")
