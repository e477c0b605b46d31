import os
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def mlp(n_hidden, width, n_in=64, n_out=10):
    layers = [nn.Linear(n_in, width), nn.ReLU()]
    for _ in range(n_hidden - 1):
        layers += [nn.Linear(width, width), nn.ReLU()]
    layers.append(nn.Linear(width, n_out))
    return nn.Sequential(*layers)


d = load_digits()
data = TensorDataset(torch.tensor(d.data / 16.).float(), torch.tensor(d.target))
train_set, val_set = random_split(data, [1500, 297])
train_dl = DataLoader(train_set, batch_size=32, shuffle=True)
val_dl = DataLoader(val_set, batch_size=297)

model = mlp(n_hidden=5, width=64)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
n_epochs = 25
for epoch in range(n_epochs):
    model.train()
    for xb, yb in train_dl:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        for xb, yb in val_dl:
            out = model(xb)
            acc = (out.argmax(dim=1) == yb).float().mean()
    if epoch % 3 == 0 or epoch == n_epochs - 1:
        print(f"epoch {epoch} train loss {loss.item():.4f} val acc {acc.item():.4f}")
