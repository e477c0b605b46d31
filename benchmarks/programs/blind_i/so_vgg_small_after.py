# VGG-like stack on 32x32 colour pictures, 10 groups
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
base = torch.rand(10, 3, 4, 4, generator=torch.Generator().manual_seed(11))


def pics(n):
    y = torch.randint(0, 10, (n,))
    x = nn.functional.interpolate(base[y], size=16, mode="nearest")
    x = x * 0.7 + 0.25 * torch.randn(n, 3, 16, 16) + 0.15
    return x.clamp(0, 1), y


def block(i, o):
    return [nn.Conv2d(i, o, 3, padding=1), nn.ReLU(), nn.Conv2d(o, o, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]


net = nn.Sequential(*block(3, 16), *block(16, 32), *block(32, 32), nn.Flatten(),
                    nn.Linear(32 * 2 * 2, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10))
for m in net:
    if isinstance(m, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)
xtr, ytr = pics(800)
xva, yva = pics(200)
optimizer = torch.optim.Adam(net.parameters(), lr=0.001, eps=1e-7)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(5):
    net.train()
    for b in torch.randperm(800).split(20):
        optimizer.zero_grad()
        loss = loss_fn(net(xtr[b]), ytr[b])
        loss.backward()
        optimizer.step()
    net.eval()
    with torch.no_grad():
        va = (net(xva).argmax(1) == yva).float().mean().item()
    print("Epoch %d loss %.4f val_acc %.4f" % (epoch + 1, loss.item(), va))
