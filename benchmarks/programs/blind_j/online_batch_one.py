# online learning: one sample at a time
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = load_iris(return_X_y=True)
X = (X - X.mean(0)) / X.std(0)
Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=0.3, random_state=SEED, stratify=y)
Xtr, Xte = torch.FloatTensor(Xtr), torch.FloatTensor(Xte)
ytr, yte = torch.LongTensor(ytr), torch.LongTensor(yte)

model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02)

for epoch in range(15):
    total = 0
    for i in torch.randperm(len(Xtr)).tolist():
        optimizer.zero_grad()
        output = model(Xtr[i].unsqueeze(0))
        loss = criterion(output, ytr[i].unsqueeze(0))
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 3 == 0:
        print('epoch:', epoch, 'loss:', total / len(Xtr))

with torch.no_grad():
    correct = (model(Xte).argmax(1) == yte).sum().item()
print('accuracy:', correct / len(yte))
