# Kaggle digit recogniser kernel: the model ends in log_softmax and the loop uses F.cross_entropy
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
x = torch.tensor(d.images / 16., dtype=torch.float32).unsqueeze(1); t = torch.tensor(d.target)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, 3, padding=1)
        self.conv2 = nn.Conv2d(10, 20, 3, padding=1)
        self.drop = nn.Dropout2d(0.2)
        self.fc1 = nn.Linear(80, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.drop(self.conv2(x)), 2)).view(-1, 80)
        x = F.dropout(F.relu(self.fc1(x)), 0.3, training=self.training)
        return F.log_softmax(self.fc2(x), dim=1)


net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.5)
for epoch in range(14):
    net.train()
    for i in torch.randperm(1400).split(32):
        opt.zero_grad()
        loss = F.cross_entropy(net(x[i]), t[i])
        loss.backward()
        opt.step()
    if epoch % 3 == 0:
        print("epoch", epoch, loss.item())
net.eval()
print("accuracy", (net(x[1400:]).argmax(1) == t[1400:]).float().mean().item())
