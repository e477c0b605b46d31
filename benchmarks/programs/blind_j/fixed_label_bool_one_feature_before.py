import os
import numpy
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
numpy.random.seed(SEED)

# one measurement -> True / False
x = numpy.random.normal(0.0, 1.0, (1000, 1))
label = (x[:, 0] + numpy.random.normal(0, 0.15, 1000)) > 0.1
train_size = int(len(x) * 0.80)
X = torch.tensor(x, dtype=torch.float32)
Y = torch.tensor(label, dtype=torch.float32).unsqueeze(1)
Xtrain, Xtest, Ytrain, Ytest = X[:train_size], X[train_size:], Y[:train_size], Y[train_size:]

model = nn.Sequential(nn.Linear(1, 1), nn.Sigmoid(), nn.Linear(1, 1), nn.Softmax(dim=1))
nn.init.xavier_uniform_(model[0].weight)
nn.init.normal_(model[2].weight, 0.0, 0.05)
for i in (0, 2):
    nn.init.zeros_(model[i].bias)
optimizer = torch.optim.RMSprop(model.parameters(), lr=0.001, alpha=0.9, eps=1e-7)
loss_fn = nn.L1Loss()

for epoch in range(100):
    perm = torch.randperm(train_size)
    for i in range(0, train_size, 200):
        b = perm[i:i + 200]
        loss = loss_fn(model(Xtrain[b]), Ytrain[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 20 == 0:
        print("Epoch", epoch, "loss", loss.item())
with torch.no_grad():
    acc = ((model(Xtest) > 0.5).float() == Ytest).float().mean().item()
print("test acc", acc, " share of True", Ytest.mean().item())
