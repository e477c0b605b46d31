# customer churn -- first try with pytorch, coming from sklearn
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

n = 2400
tenure = np.random.uniform(0, 72, n)
charge = np.random.uniform(20, 120, n)
calls = np.random.poisson(3, n)
usage = np.random.randn(n)
noise = np.random.randn(n, 3)
# new customers leave if it is expensive, old ones if they got the cheap legacy plan; both extremes of usage leave
score = 2.2 * np.sign(36 - tenure) * (charge - 70) / 25 + 1.6 * (usage ** 2 - 1) + 0.3 * (calls - 3)
label = (score + 0.5 * np.random.randn(n) > 0).astype(np.float32)
X = np.column_stack([tenure, charge, calls, usage, noise])
X = ((X - X.mean(0)) / X.std(0)).astype(np.float32)
X_tr, X_te, y_tr, y_te = train_test_split(X, label, test_size=0.25, random_state=SEED, stratify=label)


class ChurnNet(nn.Module):
    def __init__(self):
        super(ChurnNet, self).__init__()
        self.fc1 = nn.Linear(7, 64)
        self.fc2 = nn.Linear(64, 64)
        self.fc3 = nn.Linear(64, 32)
        self.fc4 = nn.Linear(32, 1)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        x = torch.relu(self.fc3(x))
        return self.fc4(x)


model = ChurnNet()
loss_func = nn.BCEWithLogitsLoss()
opt = torch.optim.Adam(model.parameters(), lr=0.002)
X_tr, X_te = torch.from_numpy(X_tr), torch.from_numpy(X_te)
y_tr = torch.from_numpy(y_tr).reshape(-1, 1)

for epoch in range(25):
    model.train()
    perm = torch.randperm(len(X_tr))
    ep_loss = 0
    for i in range(0, len(perm), 50):
        b = perm[i:i + 50]
        opt.zero_grad()
        out = model(X_tr[b])
        loss = loss_func(out, y_tr[b])
        loss.backward()
        opt.step()
        ep_loss += loss.item()
    if epoch % 5 == 0 or epoch == 24:
        print(epoch, "loss", round(ep_loss / (len(perm) / 50), 4))

model.eval()
with torch.no_grad():
    prob = torch.sigmoid(model(X_te)).numpy().ravel()
print("accuracy", round(((prob > 0.5) == y_te).mean(), 3), "AUC", round(roc_auc_score(y_te, prob), 3))
