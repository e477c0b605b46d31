# digit CNN, adapted from the torchvision reference training loop
import os
import argparse
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.05)
parser.add_argument("--epochs", type=int, default=12)
parser.add_argument("--step-size", type=int, default=5)
parser.add_argument("--gamma", type=float, default=0.3)
args = parser.parse_args()


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 12, 3, padding=1)
        self.c2 = nn.Conv2d(12, 24, 3, padding=1)
        self.fc = nn.Linear(24 * 4, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.c1(x)), 2)
        x = F.max_pool2d(F.relu(self.c2(x)), 2)
        return self.fc(x.flatten(1))


def train_one_epoch(model, loader, optimizer, scheduler, epoch):
    model.train()
    seen, total = 0, 0.0
    for images, target in loader:
        output = model(images)
        loss = F.cross_entropy(output, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        total += loss.item() * len(target)
        seen += len(target)
    print(f"Epoch [{epoch}] loss {total / seen:.4f}")


ds = load_digits()
x = torch.tensor(ds.images, dtype=torch.float32).unsqueeze(1) / 16
x = (x - x.mean()) / x.std()
y = torch.tensor(ds.target)
order = torch.randperm(len(x), generator=torch.Generator().manual_seed(1))
tr, te = order[:1300], order[1300:]
loader = DataLoader(TensorDataset(x[tr], y[tr]), batch_size=64, shuffle=True)
model = ConvNet()
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9, weight_decay=1e-4)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=args.step_size, gamma=args.gamma)
for epoch in range(args.epochs):
    train_one_epoch(model, loader, optimizer, scheduler, epoch)
    
model.eval()
with torch.no_grad():
    print("Acc@1 %.3f" % (model(x[te]).argmax(1) == y[te]).float().mean().item())
