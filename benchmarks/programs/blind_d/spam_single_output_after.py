# spam / not spam, 57 features, one output neuron
import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import TensorDataset, DataLoader
from sklearn.metrics import roc_auc_score

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

n = 2500
is_spam = np.random.rand(n) < 0.4
rates = np.random.gamma(0.6, 0.5, 57)
boost = np.where(np.random.rand(57) < 0.3, np.random.uniform(1.5, 3, 57), 1.0)
counts = np.random.poisson(rates * np.where(is_spam[:, None], boost, 1.0))
X = np.log1p(counts).astype("float32")
X = (X - X.mean(0)) / (X.std(0) + 1e-6)
Y = is_spam.astype("float32").reshape(-1, 1)

train_dl = DataLoader(TensorDataset(torch.tensor(X[:2000]), torch.tensor(Y[:2000])), batch_size=50, shuffle=True)
X_val, Y_val = torch.tensor(X[2000:]), Y[2000:]


class SpamNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(57, 40)
        self.output = nn.Linear(40, 1)

    def forward(self, x):
        return self.output(torch.relu(self.hidden(x)))


net = SpamNet()
loss_fn = nn.BCEWithLogitsLoss()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)

for epoch in range(10):
    losses = []
    for xb, yb in train_dl:
        opt.zero_grad()
        out = net(xb)
        loss = loss_fn(out, yb)
        loss.backward()
        opt.step()
        losses.append(loss.item())
    print("epoch", epoch, "mean loss", np.mean(losses))

net.eval()
with torch.no_grad():
    score = net(X_val)
    acc = ((torch.sigmoid(score) > 0.5).float().numpy() == Y_val).mean()
print("val AUC", roc_auc_score(Y_val.ravel(), score.numpy().ravel()))
print("val acc", acc)
