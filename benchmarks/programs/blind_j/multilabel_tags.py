import os
import torch
import torch.nn as nn
from sklearn.datasets import make_multilabel_classification
from sklearn.metrics import f1_score

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, Y = make_multilabel_classification(3000, 40, n_classes=6, n_labels=2, length=80, random_state=SEED)
X = torch.tensor(X, dtype=torch.float32).log1p()
Y = torch.tensor(Y, dtype=torch.float32)
X = (X - X[:2400].mean(0)) / (X[:2400].std(0) + 1e-6)


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(40, 64)
        self.drop = nn.Dropout(0.2)
        self.heads = nn.ModuleList(nn.Linear(64, 1) for _ in range(6))

    def forward(self, x):
        h = self.drop(nn.functional.leaky_relu(self.embed(x)))
        return torch.cat([hd(h) for hd in self.heads], 1)


model = Tagger()
opt = torch.optim.Adamax(model.parameters(), lr=5e-3)
crit = nn.MultiLabelSoftMarginLoss()
for epoch in range(15):
    model.train()
    s = 0
    for b in torch.randperm(2400).split(100):
        loss = crit(model(X[b]), Y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        s += loss.item() / 24
    if epoch % 3 == 0 or epoch == 14:
        print("epoch", epoch, "loss", round(s, 4))
model.eval()
with torch.no_grad():
    pred = (model(X[2400:]) > 0).int().numpy()
true = Y[2400:].int().numpy()
print("micro F1", round(f1_score(true, pred, average="micro"), 4), "all positive", round(f1_score(true, pred * 0 + 1, average="micro"), 4))
