import os
import math
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class SineNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(1, 40)
        self.fc2 = nn.Linear(40, 40)
        self.fc3 = nn.Linear(40, 1)

    def forward(self, x):
        x = torch.tanh(self.fc1(x))
        x = torch.tanh(self.fc2(x))
        x = torch.relu(self.fc3(x))
        return x


x = torch.linspace(-math.pi, math.pi, 300).unsqueeze(1)
y = torch.sin(x)
net = SineNet()
optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
criterion = nn.MSELoss()
for t in range(1000):
    idx = torch.randperm(300)[:64]
    out = net(x[idx])
    loss = criterion(out, y[idx])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if t % 200 == 0:
        print(t, loss.item())
with torch.no_grad():
    print("mse over the whole range:", criterion(net(x), y).item())
