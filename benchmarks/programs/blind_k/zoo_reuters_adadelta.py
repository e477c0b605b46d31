"""Reuters topics, one hidden layer of 512, dropout .5, Adadelta(1.0) as in old Keras."""
import os
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


def fake_reuters(n, vocab=1000, topics=46, seed=0):
    """bag of words (0/1 matrix as keras Tokenizer.sequences_to_matrix gives it), uneven topics"""
    rng = np.random.RandomState(7)
    base = rng.dirichlet(np.ones(vocab) * 0.05)
    word = np.stack([0.6 * base + 0.4 * rng.dirichlet(np.ones(vocab) * 0.02) for _ in range(topics)])
    prior = 1.0 / (np.arange(topics) + 2.0)
    prior /= prior.sum()
    r = np.random.RandomState(seed + 11)
    y = r.choice(topics, size=n, p=prior)
    x = np.zeros((n, vocab), dtype="float32")
    for i, t in enumerate(y):
        x[i, r.choice(vocab, size=r.randint(30, 120), p=word[t])] = 1.0
    return x, y


class TopicNet(nn.Module):
    def __init__(self, words=1000, topics=46):
        super().__init__()
        self.h = nn.Linear(words, 256)
        self.o = nn.Linear(256, topics)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        return torch.log_softmax(self.o(self.drop(torch.relu(self.h(x)))), dim=-1)


x, y = fake_reuters(2400, seed=SEED)
x, y = torch.from_numpy(x), torch.from_numpy(y)
train = DataLoader(TensorDataset(x[:2000], y[:2000]), batch_size=32, shuffle=True)
net = TopicNet()
opt = torch.optim.Adadelta(net.parameters(), lr=1.0, rho=0.95, eps=1e-7)
for epoch in range(6):
    net.train()
    for xb, yb in train:
        loss = nn.functional.nll_loss(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        acc = (net(x[2000:]).argmax(1) == y[2000:]).float().mean().item()
    print("epoch", epoch, "loss", round(loss.item(), 4), "test acc", round(acc, 4))
