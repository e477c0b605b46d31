import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, kernel_size=3)
        self.conv2 = nn.Conv2d(8, 16, kernel_size=3)
        self.conv2_drop = nn.Dropout2d(0.1)
        self.fc1 = nn.Linear(64, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2_drop(self.conv2(x)), 2))
        x = x.view(-1, 64)
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


parser = argparse.ArgumentParser()
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--epochs", type=int, default=8)
parser.add_argument("--lr", type=float, default=0.03)
parser.add_argument("--momentum", type=float, default=0.9)
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args()

torch.manual_seed(args.seed)
strokes = F.interpolate(torch.rand(10, 1, 6, 6), size=14, mode="bilinear")
strokes = (strokes > 0.5).float()
labels = torch.randint(0, 10, (1400,))
images = (strokes[labels] + 0.3 * torch.randn(1400, 1, 14, 14)).clamp(0, 1)
images = (images - images.mean()) / images.std()

model = Net()
optimizer = optim.SGD(model.parameters(), lr=args.lr, momentum=args.momentum)
for epoch in range(1, args.epochs + 1):
    model.train()
    for idx in torch.randperm(1200).split(args.batch_size):
        optimizer.zero_grad()
        loss = F.nll_loss(model(images[idx]), labels[idx])
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        correct = (model(images[1200:]).argmax(1) == labels[1200:]).sum().item()
    print(f"Epoch {epoch} loss {loss.item():.4f} accuracy {correct}/200")
