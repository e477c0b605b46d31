# Port of my old TF1 script. Bag-of-words topic classifier.
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

# hyper-parameters (same as in the tf.flags of the old script)
FLAGS = dict(vocab=200, topics=8, hidden=64, keep_prob=0.9, batch=64, epochs=12, lr=1e-3)

# documents: each topic prefers some of the words
prefs = np.random.dirichlet(np.full(FLAGS["vocab"], 0.5), size=FLAGS["topics"])
common = np.random.dirichlet(np.full(FLAGS["vocab"], 5.0))
labels = np.random.randint(0, FLAGS["topics"], 4600)
docs = np.stack([np.random.multinomial(40, 0.3 * prefs[l] + 0.7 * common) for l in labels])
docs = np.log1p(docs)
x = torch.tensor(docs, dtype=torch.float32)
y = torch.tensor(labels)
x_train, y_train, x_test, y_test = x[:4000], y[:4000], x[4000:], y[4000:]


class TopicNet(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.fc1 = nn.Linear(f["vocab"], f["hidden"])
        self.fc2 = nn.Linear(f["hidden"], f["hidden"])
        self.logits = nn.Linear(f["hidden"], f["topics"])
        self.drop = nn.Dropout(1 - f["keep_prob"])

    def forward(self, x):
        h = self.drop(F.relu(self.fc1(x)))
        h = self.drop(F.relu(self.fc2(h)))
        return self.logits(h)


net = TopicNet(FLAGS)
optim = torch.optim.Adam(net.parameters(), lr=FLAGS["lr"])

for epoch in range(FLAGS["epochs"]):
    net.train()
    perm = torch.randperm(len(x_train))
    tot = 0.0
    for i in range(0, len(x_train), FLAGS["batch"]):
        b = perm[i:i + FLAGS["batch"]]
        loss = F.cross_entropy(net(x_train[b]), y_train[b])
        optim.zero_grad()
        loss.backward()
        optim.step()
        tot += loss.item() * len(b)
    net.eval()
    with torch.no_grad():
        acc = (net(x_test).argmax(1) == y_test).float().mean().item()
    if epoch % 3 == 2:
        print("epoch %d  train loss %.3f  test acc %.3f" % (epoch + 1, tot / len(x_train), acc))
print("final test acc %.3f" % acc)
