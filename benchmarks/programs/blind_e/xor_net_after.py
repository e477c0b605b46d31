import os
import torch
import torch.nn as nn
import torch.optim as optim

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X = torch.Tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
Y = torch.Tensor([0, 1, 1, 0]).view(-1, 1)


class XOR(nn.Module):
    def __init__(self, input_dim=2, output_dim=1):
        super(XOR, self).__init__()
        self.lin1 = nn.Linear(input_dim, 8)
        self.lin2 = nn.Linear(8, output_dim)

    def forward(self, x):
        x = self.lin1(x)
        x = torch.tanh(x)
        x = self.lin2(x)
        return x


model = XOR()


def weights_init(model):
    for m in model.modules():
        if isinstance(m, nn.Linear):
            m.weight.data.normal_(0, 1)
            m.bias.data.fill_(0)


weights_init(model)
loss_func = nn.MSELoss()
optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
epochs = 1500
for i in range(epochs):
    optimizer.zero_grad()
    y_hat = model(X)
    loss = loss_func(y_hat, Y)
    loss.backward()
    optimizer.step()
    if i % 300 == 0:
        print("Epoch: {0}, Loss: {1}".format(i, loss.item()))
with torch.no_grad():
    print(model(X).view(-1).tolist())
    print("final loss", loss_func(model(X), Y).item())
