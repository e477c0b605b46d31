"""Predict the direction of a bar from a small point cloud; error is the angle between unit vectors."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class PoseNet(nn.Module):
    def __init__(self, n_pts=12):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(n_pts * 3, 128), nn.ReLU(),
            nn.Linear(128, 128), nn.ReLU(),
        )
        self.head = nn.Linear(128, 3)

    def forward(self, x):
        return F.normalize(self.head(self.body(x.flatten(1))), dim=1)


def make_clouds(n, n_pts=12):
    axis = F.normalize(torch.randn(n, 3), dim=1)
    t = torch.linspace(0.2, 1.2, n_pts).view(1, n_pts, 1)
    cloud = axis.unsqueeze(1) * t + 0.002 * torch.randn(n, n_pts, 3)
    return cloud, axis


def angular_loss(pred, target):
    cos = (pred * target).sum(1)
    return torch.acos(torch.clamp(cos, min=-1 + 1e-7, max=1 - 1e-7)).mean()


x_train, y_train = make_clouds(4096)
x_test, y_test = make_clouds(512)
net = PoseNet()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)

for step in range(800):
    idx = torch.randint(0, len(x_train), (64,))
    loss = angular_loss(net(x_train[idx]), y_train[idx])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 150 == 0:
        print(f"step {step:5d}  angle {torch.rad2deg(loss).item():.3f} deg")

with torch.no_grad():
    cos = (net(x_test) * y_test).sum(1).clamp(-1, 1)
    print("test mean angle (deg): %.3f" % torch.rad2deg(torch.acos(cos)).mean().item())
