import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


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

class DeepCNN(nn.Module):
    """VGG-like: (conv-conv-pool) x 3 + dense 128, batch norm behind every activation"""

    def __init__(self, n_classes=10, rates=(0.2, 0.3, 0.4, 0.5)):
        super().__init__()
        chans = [(3, 12), (12, 12), (12, 24), (24, 24), (24, 48), (48, 48)]
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1, bias=False) for a, b in chans)
        self.norms = nn.ModuleList(nn.BatchNorm2d(b) for _, b in chans)
        self.drops = nn.ModuleList(nn.Dropout(p) for p in rates[:3])
        self.dense = nn.Linear(48 * 2 * 2, 128)
        self.dense_norm = nn.BatchNorm1d(128)
        self.dense_drop = nn.Dropout(rates[3])
        self.out = nn.Linear(128, n_classes)
        self.reset()

    def reset(self):
        for c in self.convs:
            nn.init.kaiming_normal_(c.weight)
        nn.init.kaiming_normal_(self.dense.weight)
        nn.init.zeros_(self.dense.bias)
        nn.init.xavier_uniform_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x):
        for i, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            x = norm(F.relu(conv(x)))
            if i % 2 == 1:
                x = self.drops[i // 2](F.max_pool2d(x, 2))
        x = self.dense_norm(F.relu(self.dense(x.flatten(1))))
        x = self.out(self.dense_drop(x))
        return x


def standardise(a, mean=None, std=None):
    a = a.astype("float32")
    if mean is None:
        mean, std = a.mean(axis=(0, 2, 3), keepdims=True), a.std(axis=(0, 2, 3), keepdims=True)
    return (a - mean) / std, mean, std


images, labels = fake_cifar(1280+400, seed=SEED)
x_train, mu, sd = standardise(images[:1280])
x_test, _, _ = standardise(images[1280:], mu, sd)
x_train, x_test = torch.from_numpy(x_train), torch.from_numpy(x_test)
y_train, y_test = torch.from_numpy(labels[:1280]), torch.from_numpy(labels[1280:])

model = DeepCNN()
optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9)
for epoch in range(6):
    model.train()
    order = torch.randperm(len(x_train))
    for step, i in enumerate(range(0, len(order), 32)):
        idx = order[i:i + 32]
        xb, yb = x_train[idx], y_train[idx]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(xb), yb)
        loss.backward()
        optimizer.step()
        if step % 25 == 0:
            print(f"epoch {epoch} step {step} loss {loss.item():.4f}")
model.eval()
with torch.no_grad():
    acc = (model(x_test).argmax(1) == y_test).float().mean().item()
print("test accuracy %.3f" % acc)
