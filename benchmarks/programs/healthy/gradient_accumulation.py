import torch
from sklearn.datasets import make_classification
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
X, y = make_classification(
    n_samples=1600, n_features=20, n_informative=8, n_classes=3, class_sep=1.5, random_state=0
)
X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y)
X = (X - X.mean(0)) / X.std(0)
loader = DataLoader(TensorDataset(X[:1280], y[:1280]), batch_size=8, shuffle=True)

model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
criterion = nn.CrossEntropyLoss()
accumulation_steps = 8

for epoch in range(10):
    optimizer.zero_grad()
    running = 0.0
    for i, (inputs, targets) in enumerate(loader):
        loss = criterion(model(inputs), targets)
        (loss / accumulation_steps).backward()
        if (i + 1) % accumulation_steps == 0:
            optimizer.step()
            optimizer.zero_grad()
        running += loss.item()
    with torch.no_grad():
        acc = (model(X[1280:]).argmax(1) == y[1280:]).float().mean().item()
    print(f"epoch {epoch} loss {running / len(loader):.4f} val acc {acc:.4f}")
