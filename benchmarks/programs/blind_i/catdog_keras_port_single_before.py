"""Cats or dogs, Keras blog convnet carried over to PyTorch (synthetic 3x32x32 pictures)."""
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def pictures(n):
    lab = torch.randint(0, 2, (n,))
    g = torch.rand(n, 3, 8, 8)
    img = nn.functional.interpolate(g, size=32, mode="bilinear")
    for i in range(n):
        r, c = torch.randint(2, 20, (2,)).tolist()
        if lab[i] == 1:
            img[i, 0, r:r + 10, c:c + 4] += 0.7
        else:
            img[i, 0, r:r + 4, c:c + 10] += 0.7
    return (img.clamp(0, 1) * 255).round() / 255., lab.float()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 16, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 16, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.dense = nn.Linear(32 * 2 * 2, 64)
        self.drop = nn.Dropout(0.5)
        self.out = nn.Linear(64, 1)
        for m in self.modules():
            if isinstance(m, (nn.Linear, nn.Conv2d)):
                nn.init.xavier_uniform_(m.weight)
                nn.init.zeros_(m.bias)

    def forward(self, x):
        x = self.features(x).flatten(1)
        x = self.drop(torch.relu(self.dense(x)))
        return torch.softmax(self.out(x), dim=1)


train_x, train_y = pictures(560)
val_x, val_y = pictures(200)
net = Net()
bce = nn.BCELoss()
opt = torch.optim.RMSprop(net.parameters(), lr=0.001, alpha=0.9, eps=1e-7)
for epoch in range(11):
    net.train()
    perm = torch.randperm(560)
    tot = 0.0
    for b in perm.split(16):
        p = net(train_x[b]).squeeze(1)
        loss = bce(p, train_y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item()
    net.eval()
    with torch.no_grad():
        acc = ((net(val_x).squeeze(1) > 0.5).float() == val_y).float().mean().item()
    print(f"epoch {epoch + 1} - loss {tot / 35:.4f} - val_acc {acc:.3f}")
