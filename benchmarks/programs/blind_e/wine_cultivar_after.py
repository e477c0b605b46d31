import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

X, y = load_wine(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=SEED, stratify=y)
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)

X_train, X_test = torch.FloatTensor(X_train), torch.FloatTensor(X_test)
y_train, y_test = torch.LongTensor(y_train), torch.LongTensor(y_test)

model = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 3))
opt = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
lossf = nn.CrossEntropyLoss()
bs = 16
history = []
for ep in range(40):
    order = np.random.permutation(len(X_train))
    ep_loss = []
    for k in range(0, len(order), bs):
        j = order[k:k + bs]
        loss = lossf(model(X_train[j]), y_train[j])
        opt.zero_grad()
        loss.backward()
        opt.step()
        ep_loss.append(loss.item())
    history.append(np.mean(ep_loss))
    if ep % 8 == 0:
        print(f"epoch {ep:3d}  loss {history[-1]:.4f}")
with torch.no_grad():
    print("test accuracy", (model(X_test).argmax(1) == y_test).float().mean().item())
