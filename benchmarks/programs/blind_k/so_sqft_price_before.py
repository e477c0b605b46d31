import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# living area in square feet, bedrooms -> price in thousand dollars
n = 97
area = torch.normal(2000.0, 700.0, (n,)).clamp(852, 4478)
rooms = (area / 800 + torch.randn(n) * 0.6).round().clamp(1, 5)
price = 70 + 0.14 * area - 8 * rooms + 35 * torch.randn(n)
X = torch.stack([area, rooms], 1)
Y = price[:, None]


class LinearRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 1)

    def forward(self, x):
        return self.linear(x)


model = LinearRegression()
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(600):
    optimizer.zero_grad()
    out = model(X)
    loss = criterion(out, Y)
    loss.backward()
    optimizer.step()
    if epoch % 100 == 0:
        print("epoch {}, loss {}".format(epoch, loss.item()))
with torch.no_grad():
    r2 = 1 - ((model(X) - Y) ** 2).mean() / Y.var()
print("weights", model.linear.weight.data.tolist(), "R2", r2.item())
