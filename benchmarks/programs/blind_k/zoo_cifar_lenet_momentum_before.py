"""CIFAR-10 LeNet from the zoo: conv6-pool-conv16-pool-120-84-10, plain Keras defaults."""
import argparse
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.3)
parser.add_argument("--momentum", type=float, default=0.9)
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--epochs", type=int, default=12)
args = parser.parse_args([])


def fake_cifar(n, side=16, classes=10, seed=0):
    rng = np.random.RandomState(100)
    coarse = rng.randn(classes, 3, 4, 4)
    templ = np.kron(coarse, np.ones((1, 1, side // 4, side // 4)))
    r = np.random.RandomState(seed + 1)
    y = r.randint(0, classes, n)
    img = templ[y] * r.uniform(18, 45, (n, 1, 1, 1)) + r.randn(n, 3, side, side) * 30 + 120
    shift = r.randint(-2, 3, (n, 2))
    img = np.stack([np.roll(im, tuple(s), axis=(1, 2)) for im, s in zip(img, shift)])
    return np.clip(img, 0, 255).astype("uint8"), y


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5, padding=2)
        self.fc1 = nn.Linear(16 * 4 * 4, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                nn.init.xavier_uniform_(m.weight)
                nn.init.zeros_(m.bias)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.flatten(1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


xs, ys = fake_cifar(2300, seed=SEED)
xs = torch.tensor(xs, dtype=torch.float32) / 255.0
ys = torch.tensor(ys)
train = torch.utils.data.TensorDataset(xs[:1800], ys[:1800])
loader = torch.utils.data.DataLoader(train, batch_size=args.batch_size, shuffle=True)
model = LeNet()
opt = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=args.momentum)
for ep in range(args.epochs):
    model.train()
    losses = []
    for xb, yb in loader:
        opt.zero_grad()
        loss = F.cross_entropy(model(xb), yb)
        loss.backward()
        opt.step()
        losses.append(loss.item())
    print("epoch %d/%d - loss: %.4f" % (ep + 1, args.epochs, float(np.mean(losses))))
model.eval()
with torch.no_grad():
    print("val acc: %.3f" % (model(xs[1800:]).argmax(1) == ys[1800:]).float().mean())
