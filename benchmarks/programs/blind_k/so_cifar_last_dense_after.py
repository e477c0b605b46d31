import os
import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

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


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        )
        self.fc1 = nn.Linear(64 * 4, 128)
        self.fc2 = nn.Linear(128, 10)
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                nn.init.xavier_uniform_(m.weight)
                nn.init.zeros_(m.bias)

    def forward(self, x):
        x = self.features(x).flatten(1)
        x = torch.relu(self.fc1(x))
        return self.fc2(x)


images, labels = fake_cifar(1700, seed=SEED)
x = torch.from_numpy(images).float() / 255.0
y = torch.from_numpy(labels)
net = Net()
sgd = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, nesterov=True)
criterion = nn.CrossEntropyLoss()
for epoch in range(12):
    for idx in torch.randperm(1400).split(32):
        out = net(x[idx])
        loss = criterion(out, y[idx])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    print("epoch", epoch, "loss", loss.item())
with torch.no_grad():
    out = net(x[1400:])
    pred = out.argmax(1)
    print("accuracy", (pred == y[1400:]).float().mean().item())
