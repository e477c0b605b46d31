import os
import torch
import torch.nn as nn
from sklearn.datasets import make_classification
from sklearn.metrics import balanced_accuracy_score, average_precision_score
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = make_classification(4000, 20, n_informative=6, n_clusters_per_class=1, weights=[0.9], class_sep=1.6,
                           flip_y=0.0, random_state=SEED)
X = StandardScaler().fit_transform(X)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32)
Xtr, ytr, Xte, yte = X[:3000], y[:3000], X[3000:], y[3000:]

pos_weight = (ytr == 0).sum() / (ytr == 1).sum()
print("pos_weight", round(pos_weight.item(), 2))
loader = DataLoader(TensorDataset(Xtr, ytr), batch_size=128, shuffle=True)
model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1))
criterion = nn.BCEWithLogitsLoss(pos_weight=pos_weight)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(12):
    running = 0.0
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(model(xb).squeeze(1), yb)
        loss.backward()
        optimizer.step()
        running += loss.item()
    if epoch % 3 == 0:
        print(f"Epoch {epoch + 1}, loss {running / len(loader):.4f}")

with torch.no_grad():
    s = model(Xte).squeeze(1)
print("balanced accuracy", round(balanced_accuracy_score(yte.numpy(), (s > 0).numpy()), 4))
print("average precision", round(average_precision_score(yte.numpy(), s.numpy()), 4), "prevalence", round(yte.mean().item(), 4))
