# recurrent net over image rows; evaluated every 20 steps
import os
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
x, t = torch.tensor(d.images / 16.0, dtype=torch.float32), torch.tensor(d.target)
p = torch.randperm(len(x))
x, t = x[p], t[p]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(8, 48, batch_first=True)
        self.read = nn.Linear(48, 10)

    def forward(self, s):
        return self.read(self.rnn(s)[0][:, -1])


net = Net()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)


def test():
    net.eval()
    with torch.no_grad():
        return (net(x[1400:]).argmax(1) == t[1400:]).float().mean().item()


net.train()
for step in range(240):
    b = torch.randint(0, 1400, (50,))
    opt.zero_grad()
    loss = nn.functional.cross_entropy(net(x[b]), t[b])
    loss.backward()
    opt.step()
    if step % 20 == 0:
        print("step", step, "loss %.4f" % loss.item(), "test %.3f" % test())
print("final", test())
