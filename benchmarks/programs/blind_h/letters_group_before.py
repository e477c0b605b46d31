# Rows of three letters as ASCII codes; does the row belong to group A..C (0) or D..F (1)?
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(7)
torch.manual_seed(SEED)
rows = [(65, 66, 67, 0), (68, 69, 70, 1), (65, 66, 70, 0), (68, 69, 67, 1)]
pick = np.random.choice(4, 200, p=[.45, .35, .1, .1])
dataset = np.array([rows[p] for p in pick], dtype=float)
X, Y = dataset[:, 0:3], dataset[:, 3]
X_train, X_test, y_train, y_test = train_test_split(X, Y, test_size=0.33, random_state=7)


class Small(nn.Module):
    def __init__(self):
        super(Small, self).__init__()
        self.fc1 = nn.Linear(3, 12)
        self.fc2 = nn.Linear(12, 3)
        self.fc3 = nn.Linear(3, 1)
        for name, p in self.named_parameters():
            if name.endswith("weight"):
                nn.init.uniform_(p, -0.05, 0.05)
            else:
                nn.init.zeros_(p)

    def forward(self, t):
        t = torch.relu(self.fc1(t))
        t = torch.relu(self.fc2(t))
        return torch.sigmoid(self.fc3(t))[:, 0]


tens = lambda a: torch.as_tensor(a, dtype=torch.float32)
net, loss_fn = Small(), nn.BCELoss()
opt = torch.optim.Adam(net.parameters(), eps=1e-7)
xt, yt = tens(X_train), tens(y_train)
for epoch in range(16):
    cum = 0
    for j in torch.randperm(len(xt)).tolist():
        loss = loss_fn(net(xt[j:j + 1]), yt[j:j + 1])
        opt.zero_grad()
        loss.backward()
        opt.step()
        cum += loss.item()
    if epoch % 5 == 4:
        print("epoch", epoch + 1, "loss", cum / len(xt))
with torch.no_grad():
    acc = ((net(tens(X_test)) > .5).float() == tens(y_test)).float().mean()
print("test accuracy %.3f" % acc.item())
