# 1-D conv net that recognises which of 6 chirps is in a noisy recording
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)
torch.set_num_threads(1)

N_CLASSES, LENGTH = 6, 128


def record(label):
    t = np.linspace(0, 1, LENGTH)
    f0 = [6, 10, 14, 6, 10, 14][label]
    slope = 5 if label < 3 else -4
    phase = rng.uniform(0, 2 * np.pi)
    clean = np.sin(2 * np.pi * (f0 * t + slope * t ** 2 / 2) + phase)
    return clean * rng.uniform(0.7, 1.3) + 0.5 * rng.randn(LENGTH)


def batch_of(n):
    labels = rng.randint(0, N_CLASSES, n)
    x = np.stack([record(l) for l in labels])
    return torch.tensor(x[:, None], dtype=torch.float32), torch.tensor(labels)


class ConvBlock(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv = nn.Conv1d(cin, cout, 7, stride=2, padding=3)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.conv(x))


class ToneNet(nn.Module):
    def __init__(self, channels=(1, 16, 24, 32)):
        super().__init__()
        self.blocks = nn.ModuleList([ConvBlock(a, b) for a, b in zip(channels[:-1], channels[1:])])
        self.head = nn.Linear(channels[-1], N_CLASSES)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean(dim=-1))


x_train, y_train = batch_of(900)
x_test, y_test = batch_of(300)
model = ToneNet()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
ce = nn.CrossEntropyLoss()

for epoch in range(18):
    perm = torch.randperm(len(x_train))
    tot = 0
    for i in range(0, len(perm), 30):
        idx = perm[i:i + 30]
        opt.zero_grad()
        loss = ce(model(x_train[idx]), y_train[idx])
        loss.backward()
        opt.step()
        tot += loss.item()
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1:2d} loss {tot / (len(perm) / 30):.3f}")

model.eval()
with torch.no_grad():
    acc = (model(x_test).argmax(1) == y_test).float().mean()
print(f"accuracy on new recordings: {acc:.3f} (6 classes)")
