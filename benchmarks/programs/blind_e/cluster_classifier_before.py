import os
import torch
import torch.nn as nn
from sklearn.datasets import make_blobs

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = make_blobs(n_samples=1500, centers=20, n_features=8, cluster_std=2.0, random_state=SEED + 11)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float32)
y = torch.tensor(y)
train_x, train_y, test_x, test_y = X[:1200], y[:1200], X[1200:], y[1200:]

model = nn.Sequential(
    nn.Linear(8, 24),
    nn.ReLU(),
    nn.Linear(24, 1),
)
loss_function = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)


def classes(out):
    return out.squeeze(1).round().clamp(0, 19).long()


for epoch in range(20):
    order = torch.randperm(1200)
    for k in range(0, 1200, 40):
        idx = order[k:k + 40]
        out = model(train_x[idx])
        loss = loss_function(out, train_y[idx].float().unsqueeze(1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 4:
        with torch.no_grad():
            print(epoch + 1, "loss", loss.item(), "train acc", (classes(model(train_x)) == train_y).float().mean().item())
with torch.no_grad():
    print("test acc", (classes(model(test_x)) == test_y).float().mean().item())
