# Fraud detection, about 2.5 % positives
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.metrics import balanced_accuracy_score, recall_score
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

n = 6000
X = rng.randn(n, 12).astype("float32")
w = rng.randn(12)
score = X @ w / np.linalg.norm(w) + 0.8 * rng.randn(n)
y = (score > np.quantile(score, 0.975)).astype("float32")
Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.3, stratify=y, random_state=SEED)
Xa, Xb = torch.from_numpy(Xa), torch.from_numpy(Xb)
ya_t = torch.from_numpy(ya)


class FraudModel(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(d, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 16), nn.ReLU())
        self.out = nn.Linear(16, 1)

    def forward(self, x):
        return self.out(self.body(x)).squeeze(-1)


class Trainer:
    def __init__(self, model, pos_weight, lr=5e-4):
        self.model = model
        self.loss = nn.BCEWithLogitsLoss(pos_weight=pos_weight)
        self.opt = torch.optim.Adam(model.parameters(), lr=lr)

    def fit(self, x, y, epochs=10, bs=128):
        for ep in range(epochs):
            self.model.train()
            tot = 0.0
            for i in torch.randperm(len(x)).split(bs):
                self.opt.zero_grad()
                l = self.loss(self.model(x[i]), y[i])
                l.backward()
                self.opt.step()
                tot += l.item() * len(i)
            print(f"epoch {ep}: loss {tot / len(x):.4f}")

    def predict(self, x):
        self.model.eval()
        with torch.no_grad():
            return (torch.sigmoid(self.model(x)) > 0.5).numpy()


t = Trainer(FraudModel(12), pos_weight=(ya_t == 0).sum() / (ya_t == 1).sum())
t.fit(Xa, ya_t)
pred = t.predict(Xb)
print("accuracy", (pred == (yb > 0.5)).mean())
print("recall", recall_score(yb, pred, zero_division=0))
print("balanced accuracy", balanced_accuracy_score(yb, pred))
