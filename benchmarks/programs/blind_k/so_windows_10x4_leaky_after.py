# Conv1D on windows of ten time steps with four sensors, asked on StackOverflow (45378493)
import os
import torch
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Windows(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv1d(4, 16, 4, padding="same")
        self.b1 = nn.BatchNorm1d(16)
        self.c2 = nn.Conv1d(16, 8, 4, padding="same")
        self.b2 = nn.BatchNorm1d(8)
        self.d1 = nn.Linear(80, 64)
        self.b3 = nn.BatchNorm1d(64)
        self.d2 = nn.Linear(64, 1)
        self.act = nn.LeakyReLU(0.3)
        self.drop = nn.Dropout(0.2)

    def forward(self, x):
        x = self.drop(self.act(self.b1(self.c1(x))))
        x = self.drop(self.act(self.b2(self.c2(x))))
        x = self.act(self.b3(self.d1(x.flatten(1))))
        return torch.sigmoid(self.d2(x))


def sample(n):
    x = torch.randn(n, 4, 10).cumsum(dim=2) * 0.3
    y = ((x[:, 0, -3:].mean(1) - x[:, 1, :3].mean(1) + 0.2 * torch.randn(n)) > 0).float()
    return x, y.view(-1, 1)


X_train, y_train = sample(2000)
X_test, y_test = sample(600)
model = Windows()
optimizer = torch.optim.Adam(model.parameters(), eps=1e-7)
reduce_lr = ReduceLROnPlateau(optimizer, mode="max", factor=0.9, patience=30, min_lr=1e-6)
loss_fn = nn.BCELoss()
for epoch in range(1, 31):
    model.train()
    perm = torch.randperm(2000)
    losses = []
    for i in range(0, 2000, 128):
        xb, yb = X_train[perm[i:i + 128]], y_train[perm[i:i + 128]]
        optimizer.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        val_acc = ((model(X_test) > 0.5).float() == y_test).float().mean().item()
    reduce_lr.step(val_acc)
    if epoch % 5 == 0:
        print("epoch %d loss %.4f val_acc %.4f" % (epoch, sum(losses) / len(losses), val_acc))
print("final accuracy", val_acc)
