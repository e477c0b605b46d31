# linear SVM with autograd: hinge loss + weight penalty; labels are -1 / +1
import os
import numpy as np
import torch
from sklearn.datasets import make_blobs

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, Y = make_blobs(n_samples=500, centers=2, random_state=0, cluster_std=0.4)
X = (X - X.mean()) / X.std()
Y[np.where(Y == 0)] = -1
X, Y = torch.tensor(X, dtype=torch.float32), torch.tensor(Y, dtype=torch.float32)

model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(10):
    perm = torch.randperm(500)
    sum_loss = 0.0
    for i in range(0, 500, 5):
        x, y = X[perm[i:i + 5]], Y[perm[i:i + 5]]
        optimizer.zero_grad()
        output = model(x).squeeze(1)
        loss = torch.mean(torch.clamp(1 - y * output, min=0))
        loss = loss + 0.01 * model.weight.pow(2).sum() / 2
        loss.backward()
        optimizer.step()
        sum_loss += loss.item()
    print("Epoch: {:2d}\tLoss: {:.4f}".format(epoch, sum_loss / 100))
with torch.no_grad():
    print("accuracy", ((model(X).squeeze(1) > 0).float() * 2 - 1 == Y).float().mean().item())
