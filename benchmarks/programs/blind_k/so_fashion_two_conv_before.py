import os
import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
# stand-in for FashionMNIST, small grey pictures, 10 classes
data = load_digits()
pics = torch.tensor(data.images, dtype=torch.float32).unsqueeze(1) / 16
pics = nn.functional.interpolate(pics, size=(14, 14), mode="bilinear")
pics = pics + 0.15 * torch.randn_like(pics)
lbl = torch.tensor(data.target)
order = torch.randperm(len(lbl))
train_idx, test_idx = order[:1400], order[1400:]


class FashionMnistClassifier(nn.Module):
    def __init__(self, n_inputs, n_out):
        super().__init__()
        self.cnn1 = nn.Conv2d(n_inputs, out_channels=16, kernel_size=3)
        self.cnn2 = nn.Conv2d(16, out_channels=32, kernel_size=3)
        self.fc1 = nn.Linear(32 * 2 * 2, out_features=100)
        self.fc2 = nn.Linear(100, out_features=n_out)
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(kernel_size=2)

    def forward(self, x):
        out = self.relu(self.cnn1(x))
        out = self.pool(out)
        out = self.relu(self.cnn2(out))
        out = self.pool(out)
        out = self.fc1(out.view(out.size(0), -1))
        out = self.relu(out)
        out = self.fc2(out)
        out = self.relu(out)
        return out


n_batch = 50
model = FashionMnistClassifier(1, 10)
optimizer = optim.Adam(model.parameters(), lr=0.001)
criterion = nn.CrossEntropyLoss()
for epoch in range(20):
    for b in train_idx[torch.randperm(len(train_idx))].split(n_batch):
        optimizer.zero_grad()
        loss = criterion(model(pics[b]), lbl[b])
        loss.backward()
        optimizer.step()
    if epoch % 3 == 0:
        print("epoch", epoch, "loss", loss.item())
with torch.no_grad():
    print("accuracy", (model(pics[test_idx]).argmax(1) == lbl[test_idx]).float().mean().item())
