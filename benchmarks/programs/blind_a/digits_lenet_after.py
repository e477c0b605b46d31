"""Small LeNet on the 8x8 digits."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class LeNet(nn.Module):
    def __init__(self):
        super(LeNet, self).__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.fc1 = nn.Linear(16 * 4 * 4, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.flatten(1)
        x = F.relu(self.fc1(x))
        x = self.fc2(x)
        return x


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


def main():
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16.0
    images = (images - 0.3) / 0.38
    labels = torch.tensor(digits.target)
    perm = torch.randperm(len(labels))
    images, labels = images[perm], labels[perm]
    x_train, y_train = images[:1400], labels[:1400]
    x_test, y_test = images[1400:], labels[1400:]

    model = LeNet()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    batch = 64
    for epoch in range(12):
        model.train()
        order = torch.randperm(len(x_train))
        running = 0.0
        for i in range(0, len(order), batch):
            idx = order[i:i + batch]
            optimizer.zero_grad()
            output = model(x_train[idx])
            loss = criterion(output, y_train[idx])
            loss.backward()
            optimizer.step()
            running += loss.item() * len(idx)
        print("Epoch %d: loss %.4f, test acc %.3f" % (
            epoch + 1, running / len(order), accuracy(model, x_test, y_test)))
    print("final test accuracy", round(accuracy(model, x_test, y_test), 3))


if __name__ == "__main__":
    main()
