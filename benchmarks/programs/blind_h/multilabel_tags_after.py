# Export of notebook multilabel.ipynb
# In[1]:
import os
import numpy as np
import torch, torch.nn as nn
from sklearn.datasets import make_multilabel_classification
from sklearn.model_selection import train_test_split
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

# In[2]:
X, Y = make_multilabel_classification(n_samples=1500, n_features=20, n_classes=3, random_state=0)
X_train, X_test, y_train, y_test = [torch.tensor(a, dtype=torch.float32) for a in train_test_split(X, Y, test_size=0.20, random_state=SEED)]
print(X_train.shape, y_train.mean(0))

# In[3]:
model = nn.Sequential()
model.add_module("dense_1", nn.Linear(20, 20))
model.add_module("act_1", nn.ReLU())
model.add_module("drop_1", nn.Dropout(0.5))
model.add_module("dense_2", nn.Linear(20, 20))
model.add_module("act_2", nn.ReLU())
model.add_module("drop_2", nn.Dropout(0.5))
model.add_module("dense_3", nn.Linear(20, 3))
model.add_module("act_3", nn.Sigmoid())
for p in model.parameters():
    nn.init.xavier_uniform_(p) if p.dim() > 1 else nn.init.zeros_(p)

# In[4]:
loss_fn = nn.BCELoss()
opt = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(20):
    model.train()
    order = torch.randperm(len(X_train)); s = 0
    for idx in order.split(20):
        opt.zero_grad()
        loss = loss_fn(model(X_train[idx]), y_train[idx])
        loss.backward()
        opt.step()
        s += loss.item() * len(idx)
    if epoch % 4 == 3:
        print("epoch", epoch + 1, "loss", round(s / len(X_train), 4))

# In[5]:
model.eval()
with torch.no_grad():
    pred = (model(X_test) > 0.5).float()
base = torch.maximum(y_test.mean(0), 1 - y_test.mean(0)).mean().item()
print("label accuracy %.4f  subset accuracy %.4f  majority label accuracy %.4f" % (
    (pred == y_test).float().mean().item(), (pred == y_test).all(1).float().mean().item(), base))
