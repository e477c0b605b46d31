"""Small LeNet-like CNN with its own softmax and cross-entropy."""
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


class Model(nn.Module):
    def __init__(self, n_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 5, padding=2)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.dense = nn.Linear(16 * 4 * 4, 128)
        self.out = nn.Linear(128, n_classes)
        for m in (self.conv1, self.conv2, self.dense):
            nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
            nn.init.zeros_(m.bias)
        nn.init.xavier_uniform_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def logits(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x)))
        return self.out(torch.relu(self.dense(x.flatten(1))))

    def softmax(self, logits):
        logits = logits - logits.max(dim=0, keepdim=True).values
        return torch.exp(logits) / torch.exp(logits).sum(dim=0, keepdim=True)

    def forward(self, x):
        return self.softmax(self.logits(x))


def cross_entropy(labels, probabilities):
    epsilon = 1e-32
    probabilities = torch.clamp(probabilities, epsilon, 1 - epsilon)
    return -(labels * torch.log(probabilities)).sum(dim=1)


d = load_digits()
x = torch.tensor(np.kron(d.images, np.ones((1, 2, 2))), dtype=torch.float32).unsqueeze(1) / 16.0
x = (x - x.mean()) / x.std()
y = torch.eye(10)[torch.tensor(d.target)]
p = torch.randperm(len(x))
x_train, y_train, x_test, y_test = x[p[:1400]], y[p[:1400]], x[p[1400:]], y[p[1400:]]

model = Model()
opt = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=1e-5)
bs, step = 64, 0
for epoch in range(10):
    perm = torch.randperm(len(x_train))
    for i in range(0, len(x_train), bs):
        k = perm[i:i + bs]
        loss = cross_entropy(y_train[k], model(x_train[k])).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        if step % 22 == 0:
            print("step", step, "loss %.4f" % loss.item())
        step += 1
with torch.no_grad():
    acc = (model(x_test).argmax(1) == y_test.argmax(1)).float().mean().item()
    acc2 = (model.logits(x_test).argmax(1) == y_test.argmax(1)).float().mean().item()
print("test acc %.4f (from logits %.4f)" % (acc, acc2))
