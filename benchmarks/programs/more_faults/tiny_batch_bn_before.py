# Embedding net for pairs of sensors, fed one pair at a time.
import torch
import torch.nn as nn

torch.manual_seed(0)
x = torch.randn(400, 2, 30)
mix = torch.randn(30, 1)
y = (x @ mix).tanh()


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(30, 80)
        self.n1 = nn.BatchNorm1d(80)
        self.l2 = nn.Linear(80, 80)
        self.n2 = nn.BatchNorm1d(80)
        self.l3 = nn.Linear(80, 1)

    def forward(self, v):
        v = torch.relu(self.n1(self.l1(v)))
        v = torch.relu(self.n2(self.l2(v)))
        return self.l3(v)


model = Head()
opt = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
for epoch in range(3):
    s = 0.0
    for i in torch.randperm(400):
        out = model(x[i])
        loss = ((out - y[i]) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        s += loss.item() / 400
    print(epoch, s)
