import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
N, D, L = 1500, 40, 6
X = torch.randn(N, D)
W = torch.randn(D, L) / D**0.5
Y = ((X @ W + 0.6 * torch.relu(X @ torch.randn(D, L) / D**0.5)) > 0.3).float()

train = DataLoader(TensorDataset(X[:1200], Y[:1200]), batch_size=40, shuffle=True)
net = nn.Sequential(
    nn.Linear(D, 48), nn.BatchNorm1d(48), nn.LeakyReLU(), nn.Dropout(0.2), nn.Linear(48, L)
)
pos_weight = (1200 - Y[:1200].sum(0)) / Y[:1200].sum(0)
criterion = nn.BCEWithLogitsLoss(pos_weight=pos_weight)
optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-2)

for epoch in range(12):
    net.train()
    for xb, yb in train:
        optimizer.zero_grad()
        loss = criterion(net(xb), yb)
        loss.backward()
        optimizer.step()
    net.eval()
    with torch.no_grad():
        right = ((net(X[1200:]) > 0).float() == Y[1200:]).float().mean().item()
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1} loss {loss.item():.3f} labels right {right:.3f}")
