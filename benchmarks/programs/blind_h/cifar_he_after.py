"""cifar-like colour images, small conv net."""
import os
import numpy as np
import torch
from torch import nn
from torch.utils.data import TensorDataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def load_images(n, rng, protos):
    y = rng.randint(0, 10, n)
    out = np.empty((n, 3, 32, 32), np.float32)
    for k in range(n):
        p = protos[y[k]]
        p = np.roll(p, rng.randint(-3, 4, 2), (1, 2))
        if rng.rand() < .5:
            p = p[:, :, ::-1]
        out[k] = 120 + rng.normal(0, 25) + p * rng.uniform(.6, 1.2) + rng.normal(0, 32, (3, 32, 32))
    return np.clip(np.round(out), 0, 255), y


rng = np.random.RandomState(SEED)
protos = np.kron(rng.normal(0, 38, (10, 3, 4, 4)), np.ones((8, 8)))
x_train, y_train = load_images(800, rng, protos)
x_test, y_test = load_images(300, rng, protos)
x_train, x_test = x_train / 255, x_test / 255


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 16, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(32 * 6 * 6, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 10))
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
                nn.init.zeros_(m.bias)
            elif isinstance(m, nn.Linear):
                nn.init.xavier_uniform_(m.weight)
                nn.init.zeros_(m.bias)

    def forward(self, x):
        return self.head(self.features(x))


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, eps=1e-7)
train = DataLoader(TensorDataset(torch.from_numpy(x_train), torch.from_numpy(y_train)), batch_size=32, shuffle=True)
for epoch in range(5):
    net.train()
    s = c = 0
    for xb, yb in train:
        out = net(xb)
        loss = nn.functional.cross_entropy(out, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        s += loss.item(); c += 1
    net.eval()
    with torch.no_grad():
        acc = (net(torch.from_numpy(x_test)).argmax(1) == torch.from_numpy(y_test)).float().mean().item()
    print(f"epoch {epoch} loss {s / c:.4f} test acc {acc:.4f}")
print("final test accuracy", round(acc, 4))
