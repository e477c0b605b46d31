import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import Dataset, DataLoader
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


def read_images():
    d = load_digits()
    return (d.images * 255 / 16).astype(np.uint8), d.target


class GreyImages(Dataset):
    def __init__(self, images, labels):
        self.images = images
        self.labels = labels

    def __getitem__(self, i):
        img = torch.from_numpy(self.images[i]).unsqueeze(0).float()
        return img, int(self.labels[i])

    def __len__(self):
        return len(self.labels)


class LeNetSmall(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.fc1 = nn.Linear(16 * 4, 48)
        self.fc2 = nn.Linear(48, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(x.size(0), -1)
        return self.fc2(F.relu(self.fc1(x)))


images, labels = read_images()
order = np.random.permutation(len(images))
images, labels = images[order], labels[order]
train = DataLoader(GreyImages(images[:1400], labels[:1400]), batch_size=64, shuffle=True)
test = DataLoader(GreyImages(images[1400:], labels[1400:]), batch_size=256)
net = LeNetSmall()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
for epoch in range(8):
    net.train()
    tot = 0.
    for x, t in train:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), t)
        loss.backward()
        optimizer.step()
        tot += loss.item()
    print("epoch", epoch, "loss", tot / len(train))
net.eval()
correct = sum((net(x).argmax(1) == t).sum().item() for x, t in test)
print("accuracy", correct / len(test.dataset))
