# y = 2x - 1, seven points, three dense layers
import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x = torch.tensor([[-1.0], [0.0], [1.0], [2.0], [3.0], [4.0], [5.0]])
y = torch.tensor([[-3.0], [-1.0], [1.0], [3.0], [5.0], [7.0], [9.0]])


class Model2(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense_1 = nn.Linear(1, 4)
        self.dense_2 = nn.Linear(4, 2)
        self.dense_3 = nn.Linear(2, 1)
        for m in (self.dense_1, self.dense_2, self.dense_3):
            nn.init.xavier_uniform_(m.weight)
            nn.init.zeros_(m.bias)

    def forward(self, inp):
        h = torch.tanh(self.dense_1(inp))
        h = torch.tanh(self.dense_2(h))
        return self.dense_3(h)


model_2 = Model2()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model_2.parameters(), lr=0.01, eps=1e-7)

for epoch in range(3000):
    optimizer.zero_grad()
    loss = criterion(model_2(x), y)
    loss.backward()
    optimizer.step()
    if epoch % 100 == 0:
        print("Epoch", epoch, "loss", round(loss.item(), 4))

with torch.no_grad():
    print("prediction for 2.5:", model_2(torch.tensor([[2.5]])).item())
    print("final loss:", criterion(model_2(x), y).item())
