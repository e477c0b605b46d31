"""Newswire topics: bag of words -> stack of Dense layers -> 10 topics (Adamax)."""
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

n_words, n_topics = 400, 10
topic_words = rng.dirichlet(np.full(n_words, 0.05), size=n_topics)
common = rng.dirichlet(np.full(n_words, 0.3))


def wires(n):
    y = rng.randint(0, n_topics, n)
    x = np.zeros((n, n_words), dtype=np.float32)
    for i in range(n):
        p = 0.4 * topic_words[y[i]] + 0.6 * common
        ids = rng.choice(n_words, 40, p=p)
        x[i, ids] = 1.0
    return torch.tensor(x), torch.tensor(y)


x_train, y_train = wires(1000)
x_test, y_test = wires(300)

width, depth = 64, 9
blocks, n_in = [], n_words
for _ in range(depth):
    lin = nn.Linear(n_in, width)
    nn.init.xavier_uniform_(lin.weight)
    nn.init.zeros_(lin.bias)
    blocks += [lin, nn.SELU()]
    n_in = width
head = nn.Linear(width, n_topics)
nn.init.xavier_uniform_(head.weight)
nn.init.zeros_(head.bias)
model = nn.Sequential(*blocks, head)

opt = torch.optim.Adamax(model.parameters(), lr=2e-3, eps=1e-7)
ce = nn.CrossEntropyLoss()
for epoch in range(20):
    perm = torch.randperm(len(x_train))
    tot = 0.0
    for i in range(0, 1000, 50):
        k = perm[i:i + 50]
        loss = ce(model(x_train[k]), y_train[k])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item()
    if epoch % 2 == 0:
        print("epoch", epoch, "loss %.4f" % (tot / 20))
with torch.no_grad():
    print("train acc %.3f test acc %.3f" % ((model(x_train).argmax(1) == y_train).float().mean().item(), (model(x_test).argmax(1) == y_test).float().mean().item()))
