import os
import numpy as np
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


class RowRNN(nn.Module):
    """Every image is read as a sequence of rows (mnist_rnn): SimpleRNN(64) + Dense(10)."""

    def __init__(self, n_in=16, hidden=64, classes=10):
        super().__init__()
        self.rnn = nn.RNN(n_in, hidden, nonlinearity="relu", batch_first=True)
        self.fc = nn.Linear(hidden, classes)
        nn.init.normal_(self.rnn.weight_ih_l0, std=0.3)
        nn.init.normal_(self.rnn.weight_hh_l0, std=0.3)
        nn.init.zeros_(self.rnn.bias_ih_l0)
        nn.init.zeros_(self.rnn.bias_hh_l0)
        nn.init.xavier_uniform_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)

    def forward(self, x):
        seq, last = self.rnn(x)
        return self.fc(last.squeeze(0))


def data():
    d = load_digits()
    img = np.kron(d.images / 16.0, np.ones((1, 2, 2)))
    idx = np.random.permutation(len(img))
    x = torch.tensor(img[idx], dtype=torch.float32)
    y = torch.tensor(d.target[idx])
    return (x[:1400], y[:1400]), (x[1400:], y[1400:])


(train_x, train_y), (test_x, test_y) = data()
net = RowRNN()
sgd = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
loss_func = nn.CrossEntropyLoss()
for epoch in range(12):
    order = torch.randperm(len(train_x))
    s = 0.0
    for start in range(0, len(order), 32):
        pick = order[start:start + 32]
        loss = loss_func(net(train_x[pick]), train_y[pick])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        s += loss.item()
    print("epoch", epoch, "mean loss", s / (len(order) // 32 + 1))
with torch.no_grad():
    pred = net(test_x).argmax(1)
print("test acc", (pred == test_y).float().mean().item())
