# the good old XOR, full batch, 2-4-1 sigmoid network
import os
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
Y = torch.tensor([[0.], [1.], [1.], [0.]])


class XorNet(torch.nn.Module):
    def __init__(self, hidden=6):
        super().__init__()
        self.hidden = torch.nn.Linear(2, hidden)
        self.output = torch.nn.Linear(hidden, 1)

    def forward(self, x):
        h = torch.sigmoid(self.hidden(x))
        return torch.sigmoid(self.output(h))


def main():
    net = XorNet()
    criterion = torch.nn.BCELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.9)
    for epoch in range(1500):
        optimizer.zero_grad()
        y_hat = net(X)
        loss = criterion(y_hat, Y)
        loss.backward()
        optimizer.step()
        if epoch % 150 == 0:
            print("Epoch: {}  loss: {:.5f}".format(epoch, loss.item()))
    with torch.no_grad():
        out = net(X)
    for x, o in zip(X, out):
        print(x.tolist(), "->", round(o.item(), 3))
    print("final loss", criterion(out, Y).item())
    print("accuracy", ((out > 0.5).float() == Y).float().mean().item())


if __name__ == "__main__":
    main()
