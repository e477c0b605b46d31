import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
Y = torch.tensor([[0.], [1.], [1.], [0.]])


class XorNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2, 6)
        self.out = nn.Linear(6, 1)

    def forward(self, x):
        return torch.sigmoid(self.out(torch.sigmoid(self.hidden(x))))


net = XorNet()
opt = torch.optim.SGD(net.parameters(), lr=1.0, momentum=0.9)
mse = nn.MSELoss()
for epoch in range(3000):
    loss = mse(net(X), Y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if epoch % 300 == 0:
        print(epoch, loss.item())
print("loss", loss.item(), [round(v, 3) for v in net(X).flatten().tolist()])
