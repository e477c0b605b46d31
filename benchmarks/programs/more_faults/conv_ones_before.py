import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 12, 3, padding=1)
        self.conv2 = nn.Conv2d(12, 24, 3, padding=1)
        self.fc1 = nn.Linear(24 * 9, 40)
        self.fc2 = nn.Linear(40, 5)
        self.init_weights()

    def init_weights(self):
        for p in self.parameters():
            p.data.fill_(0.01)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.flatten(1)
        return self.fc2(F.relu(self.fc1(x)))


torch.manual_seed(0)
masks = torch.randn(5, 1, 12, 12)
y = torch.randint(0, 5, (800,))
x = masks[y] + 0.8 * torch.randn(800, 1, 12, 12)

net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(8):
    correct = 0
    for idx in torch.randperm(800).split(32):
        optimizer.zero_grad()
        out = net(x[idx])
        loss = F.cross_entropy(out, y[idx])
        loss.backward()
        optimizer.step()
        correct += (out.argmax(1) == y[idx]).sum().item()
    print("epoch", epoch, "loss", round(loss.item(), 4), "acc", correct / 800)
