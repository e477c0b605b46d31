# Keras mnist_cnn example in PyTorch (images of 16 x 16)
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

batch_size = 64
num_classes = 10
epochs = 8

d = load_digits()
x = np.kron(d.images, np.ones((1, 2, 2))).astype("float32") / 16
x = torch.from_numpy(x).unsqueeze(1)
y = torch.tensor(d.target)
perm = torch.randperm(len(x))
x_train, y_train = x[perm[:1400]], y[perm[:1400]]
x_test, y_test = x[perm[1400:]], y[perm[1400:]]


def init_weights(m):
    if isinstance(m, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)


model = nn.Sequential(
    nn.Conv2d(1, 8, 3), nn.ReLU(),
    nn.Conv2d(8, 16, 3), nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Dropout(0.25),
    nn.Flatten(),
    nn.Linear(16 * 6 * 6, 64), nn.ReLU(),
    nn.Dropout(0.5),
    nn.Linear(64, num_classes),
)
model.apply(init_weights)

criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adadelta(model.parameters(), lr=1.0, rho=0.95, eps=1e-7)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=batch_size, shuffle=True)
for epoch in range(epochs):
    model.train()
    total = 0.0
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(xb)
    model.eval()
    with torch.no_grad():
        acc = (model(x_test).argmax(1) == y_test).float().mean().item()
    print("Epoch %d loss %.4f val_acc %.4f" % (epoch + 1, total / len(x_train), acc))
print("Test accuracy: %.4f" % acc)
