import os
import torch
import torch.nn as nn
import numpy as np
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
x = torch.tensor(np.kron(d.images, np.ones((2, 2))).reshape(-1, 256) / 16, dtype=torch.float32)
y = torch.eye(10)[torch.tensor(d.target)]
p = torch.randperm(len(x))
x, y = x[p], y[p]
x_train, y_train, x_test, y_test = x[:1400], y[:1400], x[1400:], y[1400:]

model = nn.Sequential(nn.Linear(256, 400), nn.ReLU(), nn.Dropout(0.1),
                      nn.Linear(400, 100), nn.ReLU(), nn.Dropout(0.1),
                      nn.Linear(100, 10), nn.Sigmoid())
for m in model:
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)
sgd = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True)
loss_fn = nn.BCELoss()
for epoch in range(30):
    model.train()
    for i in torch.randperm(1400).split(50):
        loss = loss_fn(model(x_train[i]), y_train[i])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    if epoch % 5 == 4:
        model.eval()
        with torch.no_grad():
            acc = (model(x_test).argmax(1) == y_test.argmax(1)).float().mean()
        print("epoch %d loss %.4f test acc %.4f" % (epoch + 1, loss.item(), acc))
print("final %.4f" % acc)
