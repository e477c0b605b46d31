# LeNet as in the lesson (sigmoid, average pooling, lr 0.5)
import os
import torch
from torch import nn
from sklearn.datasets import load_digits
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

digits = load_digits()
imgs = nn.functional.interpolate(torch.tensor(digits.images / 16.0, dtype=torch.float32)[:, None], size=16, mode="bilinear")
labels = torch.tensor(digits.target)
train_x, train_y, test_x, test_y = imgs[:1500], labels[:1500], imgs[1500:], labels[1500:]

net = nn.Sequential(
    nn.Conv2d(1, 6, kernel_size=5, padding=2), nn.BatchNorm2d(6), nn.Sigmoid(),
    nn.AvgPool2d(kernel_size=2, stride=2),
    nn.Conv2d(6, 16, kernel_size=3), nn.BatchNorm2d(16), nn.Sigmoid(),
    nn.AvgPool2d(kernel_size=2, stride=2), nn.Flatten(),
    nn.Linear(16 * 3 * 3, 120), nn.BatchNorm1d(120), nn.Sigmoid(),
    nn.Linear(120, 84), nn.BatchNorm1d(84), nn.Sigmoid(), nn.Linear(84, 10))

lr, num_epochs, batch_size = 0.5, 20, 64
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=lr)
for epoch in range(num_epochs):
    net.train()
    tot = acc = n = 0
    for idx in torch.randperm(len(train_x)).split(batch_size):
        optimizer.zero_grad()
        y_hat = net(train_x[idx])
        l = loss(y_hat, train_y[idx])
        l.backward()
        optimizer.step()
        tot += l.item() * len(idx); acc += (y_hat.argmax(1) == train_y[idx]).sum().item(); n += len(idx)
    if epoch % 3 == 0:
        print(f"epoch {epoch} loss {tot / n:.3f}, train acc {acc / n:.3f}")
net.eval()
with torch.no_grad():
    print("test acc %.3f" % (net(test_x).argmax(1) == test_y).float().mean().item())
