import os
import torch
from torch import nn
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

data = load_breast_cancer()
X = torch.tensor(StandardScaler().fit_transform(data.data), dtype=torch.float32)
Y = torch.tensor(data.target, dtype=torch.float32)
idx = torch.randperm(len(X))
X, Y = X[idx], Y[idx]
Xtr, Ytr, Xva, Yva = X[:400], Y[:400], X[400:], Y[400:]


class Classifier(nn.Module):
    """30 features, answers 0 or 1"""

    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(30, 32)
        self.l2 = nn.Linear(32, 1)

    def forward(self, x):
        x = torch.relu(self.l1(x))
        x = torch.sigmoid(self.l2(x))
        return x.squeeze(1)


clf = Classifier()
lossfn = nn.MSELoss()
opt = torch.optim.SGD(clf.parameters(), lr=0.1, momentum=0.9)
for epoch in range(40):
    for i in range(0, 400, 50):
        pred = clf(Xtr[i:i + 50])
        loss = lossfn(pred, Ytr[i:i + 50])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 8 == 0:
        with torch.no_grad():
            print(f"{epoch:3d}  mse {lossfn(clf(Xtr), Ytr).item():.4f}")
with torch.no_grad():
    print("validation accuracy %.3f" % ((clf(Xva) > 0.5).float() == Yva).float().mean())
