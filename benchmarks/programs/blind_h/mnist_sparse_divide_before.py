import os
import torch
import torch.nn as nn
import numpy as np
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

d = load_digits()
images = np.kron(d.images, np.ones((2, 2))) * 255 / 16
g = np.random.RandomState(SEED).permutation(len(images))
x_train, y_train = images[g[:1300]], d.target[g[:1300]]
x_test, y_test = images[g[1300:]], d.target[g[1300:]]

x_train = x_train / 255
y_train = y_train / 255

x_train = torch.tensor(x_train, dtype=torch.float32).unsqueeze(1)
x_test = torch.tensor(x_test, dtype=torch.float32).unsqueeze(1)
y_train = torch.tensor(y_train).long()
y_test = torch.tensor(y_test).long()

model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1),
    nn.MaxPool2d(2),
    nn.Conv2d(16, 8, 3, padding=1),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(8 * 4 * 4, 128),
    nn.ReLU(),
    nn.Linear(128, 10),
)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)

for epoch in range(5):
    running = 0.0
    for idx in torch.randperm(len(x_train)).split(32):
        optimizer.zero_grad()
        loss = criterion(model(x_train[idx]), y_train[idx])
        loss.backward()
        optimizer.step()
        running += loss.item() * len(idx)
    with torch.no_grad():
        tr = (model(x_train).argmax(1) == y_train).float().mean().item()
    print("Epoch %d/5 loss: %.4f acc: %.4f" % (epoch + 1, running / len(x_train), tr))

with torch.no_grad():
    acc = (model(x_test).argmax(1) == y_test).float().mean().item()
print("test_acc %.4f" % acc)
