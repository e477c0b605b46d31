#!/usr/bin/env python
# coding: utf-8
# In[1]:
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import make_classification
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# In[2]:
X, y = make_classification(1800, 12, n_informative=8, n_redundant=2, n_classes=6, n_clusters_per_class=1,
                           class_sep=1.5, random_state=SEED)
X = StandardScaler().fit_transform(X)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.25, random_state=SEED)
X_tr, X_te = torch.FloatTensor(X_tr), torch.FloatTensor(X_te)
y_tr, y_te = torch.LongTensor(y_tr), torch.LongTensor(y_te)


# In[3]:
class WineNet(nn.Module):
    def __init__(self, h1=32, h2=32):
        super().__init__()
        self.a = nn.Linear(12, h1)
        self.b = nn.Linear(h1, h2)
        self.c = nn.Linear(h2, 6)

    def forward(self, x):
        x = F.relu(self.a(x))
        x = F.relu(self.b(x))
        return self.c(x)


# In[4]:
model = WineNet()
optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
criterion = nn.CrossEntropyLoss()

# In[5]:
# start with a fresh network, a bit larger
model = WineNet(64, 32)
n_params = sum(p.numel() for p in model.parameters())
print("parameters:", n_params)

# In[6]:
epochs = 15
for e in range(epochs):
    order = torch.randperm(len(X_tr))
    run = 0
    for i in range(0, len(order), 45):
        b = order[i:i + 45]
        optimizer.zero_grad()
        loss = criterion(model(X_tr[b]), y_tr[b])
        loss.backward()
        optimizer.step()
        run += loss.item()
    if e % 3 == 0 or e == epochs - 1:
        print(f"Epoch {e:2}  Loss: {run / 30:.4f}")

# In[7]:
with torch.no_grad():
    acc = (model(X_te).argmax(1) == y_te).float().mean().item()
print("accuracy", acc)
