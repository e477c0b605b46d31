import os
import torch
from torch import nn
from sklearn.datasets import make_circles

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = make_circles(n_samples=1000, noise=0.1, random_state=1)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32).unsqueeze(1)
trX, teX, trY, teY = X[:700], X[700:], y[:700], y[700:]


class CircleNet(nn.Module):
    """simplednn / circle, three hidden layers of five relu units"""

    def __init__(self, n=5):
        super().__init__()
        self.a = nn.Linear(2, n)
        self.b = nn.Linear(n, n)
        self.c = nn.Linear(n, n)
        self.out = nn.Linear(n, 1)
        for m in (self.a, self.b, self.c):
            nn.init.kaiming_uniform_(m.weight, nonlinearity="relu")
            nn.init.zeros_(m.bias)
        nn.init.xavier_uniform_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x):
        x = torch.tanh(self.a(x))
        x = torch.tanh(self.b(x))
        x = torch.tanh(self.c(x))
        return torch.sigmoid(self.out(x))


net = CircleNet()
bce = nn.BCELoss()
# keras: Adagrad(lr=0.001), initial accumulator 0.1
optim = torch.optim.Adagrad(net.parameters(), lr=0.001, initial_accumulator_value=0.1, eps=1e-7)
batch = 32
for epoch in range(1, 61):
    order = torch.randperm(len(trX))
    run = 0.0
    for i in range(0, len(order), batch):
        j = order[i:i + batch]
        optim.zero_grad()
        l = bce(net(trX[j]), trY[j])
        l.backward()
        optim.step()
        run += l.item() * len(j)
    if epoch % 10 == 0:
        print("Epoch", epoch, "loss", round(run / len(order), 4))
with torch.no_grad():
    print("accuracy:", ((net(teX) > 0.5).float() == teY).float().mean().item())
