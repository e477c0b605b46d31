import torch
import torch.nn as nn

torch.manual_seed(1)

x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])

net = nn.Sequential(nn.Linear(2, 4), nn.Sigmoid(), nn.Linear(4, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
loss_fn = nn.BCEWithLogitsLoss()

for step in range(2000):
    opt.zero_grad()
    loss = loss_fn(net(x), y)
    loss.backward()
    opt.step()
    if step in (10, 100, 200, 300, 400, 600, 1000, 1999):
        print(step, round(loss.item(), 4))
print(torch.sigmoid(net(x)).detach().flatten().round(decimals=3).tolist())
