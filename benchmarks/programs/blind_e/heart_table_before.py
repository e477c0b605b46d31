import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_classification

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

# table in the UCI layout: last column is the diagnosis
X, label = make_classification(n_samples=600, n_features=13, n_informative=6, class_sep=1.5, random_state=SEED)
table = np.hstack([X, (label + 1)[:, None]])
np.random.shuffle(table)
train, test = table[:450], table[450:]

features = torch.FloatTensor(train[:, :-1])
target = torch.FloatTensor(train[:, -1])
features_t = torch.FloatTensor(test[:, :-1])
target_t = torch.FloatTensor(test[:, -1])


class HeartNet(nn.Module):
    def __init__(self):
        super(HeartNet, self).__init__()
        self.net = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, x):
        return self.net(x).squeeze(1)


model = HeartNet()
loss_func = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
for step in range(400):
    i = torch.randint(0, len(features), (64,))
    out = model(features[i])
    loss = loss_func(out, target[i])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print("step", step, "loss", round(loss.item(), 4))

with torch.no_grad():
    positive = (model(features_t) > 0).long()
    truth = (target_t == target.max()).long()
print("positives predicted:", positive.float().mean().item())
print("accuracy:", (positive == truth).float().mean().item())
