import numpy as np
import torch
from torch import nn

np.random.seed(0)
torch.manual_seed(0)

x = np.arange(0, 5, 0.1).reshape(-1, 1)
y = 5 * x**2 + np.random.randn(*x.shape) ** 3

x_t = torch.tensor(x, dtype=torch.float32)
y_t = torch.tensor(y, dtype=torch.float32)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(1, 50)
        self.fc2 = nn.Linear(50, 30)
        self.fc3 = nn.Linear(30, 1)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.fc3(x)


net = Net()
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

for epoch in range(2000):
    optimizer.zero_grad()
    prediction = net(x_t)
    loss = criterion(prediction, y_t)
    loss.backward()
    optimizer.step()
    if epoch % 200 == 0:
        print(epoch, loss.item())

print("variance of y", y_t.var().item(), "final loss", loss.item())
