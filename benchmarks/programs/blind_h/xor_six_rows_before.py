import os
import numpy
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X = numpy.array([[1., 1.], [0., 0.], [1., 0.], [0., 1.], [1., 1.], [0., 0.]])
y = numpy.array([[0.], [0.], [1.], [1.], [0.], [0.]])
X, y = torch.tensor(X).float(), torch.tensor(y).float()


def uniform(layer):
    nn.init.uniform_(layer.weight, -0.05, 0.05)
    nn.init.zeros_(layer.bias)
    return layer


model = nn.Sequential()
model.append(uniform(nn.Linear(2, 2)))
model.append(nn.Sigmoid())
model.append(uniform(nn.Linear(2, 3)))
model.append(nn.Sigmoid())
model.append(uniform(nn.Linear(3, 1)))
model.append(nn.Softmax(dim=1))

opt = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9, nesterov=True)
n_epoch = 200
for epoch in range(n_epoch):
    loss = ((model(X) - y) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if epoch % (n_epoch // 10) == 0:
        print("epoch", epoch, "loss", loss.item())

with torch.no_grad():
    print(model(torch.tensor([[1., 0.], [0., 0.]])).flatten().tolist())
    print("mse", ((model(X) - y) ** 2).mean().item())
