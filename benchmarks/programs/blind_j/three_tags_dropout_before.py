import os
import torch
import torch.nn as nn
from sklearn.datasets import make_multilabel_classification
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

dummyX, dummyY = make_multilabel_classification(n_samples=4000, n_features=20, n_classes=3, random_state=SEED)
X_train, X_test, y_train, y_test = [torch.tensor(a, dtype=torch.float32)
                                    for a in train_test_split(dummyX, dummyY, test_size=0.2, random_state=SEED)]


def dense(i, o):
    layer = nn.Linear(i, o)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


model = nn.Sequential(dense(20, 20), nn.ReLU(), nn.Dropout(0.5),
                      dense(20, 20), nn.ReLU(), nn.Dropout(0.5),
                      dense(20, 3), nn.Softmax(dim=1))
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(8):
    model.train()
    perm = torch.randperm(len(X_train))
    tot = 0
    for i in range(0, len(perm), 20):
        b = perm[i:i + 20]
        optimizer.zero_grad()
        loss = criterion(model(X_train[b]), y_train[b])
        loss.backward()
        optimizer.step()
        tot += loss.item()
    print("epoch", epoch, "loss", tot / (len(perm) // 20))
model.eval()
with torch.no_grad():
    hit = ((model(X_test) > 0.5).float() == y_test)
print("label accuracy %.3f  whole row right %.3f" % (hit.float().mean().item(), hit.all(1).float().mean().item()))
