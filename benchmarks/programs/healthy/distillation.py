"""Teach a small network with the soft answers of a big one."""

import torch
import torch.nn as nn
import torch.nn.functional as F


def spiral(n, classes=3):
    y = torch.randint(0, classes, (n,))
    r = torch.rand(n)
    a = 4 * r + 2 * torch.pi * y / classes + 0.15 * torch.randn(n)
    return torch.stack([r * a.sin(), r * a.cos()], 1) * 2, y


def accuracy(net, x, y):
    net.eval()
    with torch.no_grad():
        return (net(x).argmax(1) == y).float().mean().item()


torch.manual_seed(0)
x, y = spiral(1400)
xt, yt = spiral(400)

teacher = nn.Sequential(nn.Linear(2, 96), nn.ReLU(), nn.Linear(96, 96), nn.ReLU(), nn.Linear(96, 3))
opt = torch.optim.Adam(teacher.parameters(), lr=5e-3)
for epoch in range(20):
    teacher.train()
    for idx in torch.randperm(1400).split(50):
        opt.zero_grad()
        F.cross_entropy(teacher(x[idx]), y[idx]).backward()
        opt.step()
print("teacher", accuracy(teacher, xt, yt))

student = nn.Sequential(nn.Linear(2, 24), nn.ReLU(), nn.Linear(24, 24), nn.ReLU(), nn.Linear(24, 3))
for p in teacher.parameters():
    p.requires_grad_(False)
opt = torch.optim.Adam(student.parameters(), lr=1e-2)
T, alpha = 3.0, 0.7
for epoch in range(20):
    student.train()
    for idx in torch.randperm(1400).split(50):
        with torch.no_grad():
            soft = teacher(x[idx])
        out = student(x[idx])
        kd = F.kl_div(F.log_softmax(out / T, 1), F.softmax(soft / T, 1), reduction="batchmean")
        loss = alpha * T * T * kd + (1 - alpha) * F.cross_entropy(out, y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} loss {loss.item():.3f} student {accuracy(student, xt, yt):.3f}")
