"""Multi-label genre tagging from plot keywords. A film may have 0 to 6 genres."""
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import make_multilabel_classification
from sklearn.metrics import f1_score

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

X, Y = make_multilabel_classification(n_samples=2500, n_features=60, n_classes=6, n_labels=1, length=60,
                                      allow_unlabeled=True, random_state=SEED + 10)
X = np.log1p(X)
X = (X - X.mean(0)) / (X.std(0) + 1e-6)
X = torch.tensor(X, dtype=torch.float32)
Y = torch.tensor(Y, dtype=torch.float32)
X_train, Y_train, X_test, Y_test = X[:2000], Y[:2000], X[2000:], Y[2000:]


class GenreTagger(nn.Module):
    def __init__(self, n_in, n_genres):
        super().__init__()
        self.hidden = nn.Linear(n_in, 64)
        self.norm = nn.LayerNorm(64)
        self.out = nn.Linear(64, n_genres)

    def forward(self, x):
        return self.out(F.relu(self.norm(self.hidden(x))))


def train(model, epochs=12, bs=40):
    criterion = nn.BCEWithLogitsLoss()
    opt = torch.optim.AdamW(model.parameters(), lr=2e-3)
    for ep in range(epochs):
        model.train()
        order = torch.randperm(len(X_train))
        acc = 0.0
        for i in range(0, len(order), bs):
            b = order[i:i + bs]
            opt.zero_grad()
            loss = criterion(model(X_train[b]), Y_train[b])
            loss.backward()
            opt.step()
            acc += loss.item()
        if ep % 3 == 2:
            print(f"epoch {ep + 1}: loss {acc / (len(order) / bs):.4f}")


def test(model):
    model.eval()
    with torch.no_grad():
        pred = (torch.sigmoid(model(X_test)) > 0.5).float()
    exact = (pred == Y_test).all(1).float().mean().item()
    return f1_score(Y_test, pred, average="micro", zero_division=0), exact


if __name__ == "__main__":
    net = GenreTagger(60, 6)
    train(net)
    f1, exact = test(net)
    print(f"micro F1 {f1:.3f}  exact match {exact:.3f}")
