import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

config = dict(lr=0.002, weight_decay=1e-4, hidden=(48, 24), batch_size=32, epochs=12)

X, y = load_digits(return_X_y=True)
X = X / 16.0
Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=0.25, random_state=SEED, stratify=y)
Xtr, Xte = torch.tensor(Xtr).float(), torch.tensor(Xte).float()
ytr, yte = torch.tensor(ytr), torch.tensor(yte)

h1, h2 = config['hidden']
model = nn.Sequential(nn.Linear(64, h1), nn.ReLU(), nn.Linear(h1, h2), nn.ReLU(), nn.Linear(h2, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=config['lr'], weight_decay=config['weight_decay'])
criterion = nn.CrossEntropyLoss()
for epoch in range(config['epochs']):
    total_loss = 0
    perm = torch.randperm(len(Xtr))
    for start in range(0, len(Xtr), config['batch_size']):
        sel = perm[start:start + config['batch_size']]
        optimizer.zero_grad()
        loss = criterion(model(Xtr[sel]), ytr[sel])
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(sel)
    if epoch % 3 == 2:
        print(f"Epoch {epoch + 1}: {total_loss / len(Xtr):.4f}")
with torch.no_grad():
    pred = model(Xte).argmax(1)
print("Accuracy:", (pred == yte).float().mean().item())
