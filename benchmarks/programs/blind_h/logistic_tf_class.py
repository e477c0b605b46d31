# sklearn-like logistic regression class (weights start at zero, summed cross-entropy, small batches)
import os
import numpy as np
import torch
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


class LogisticRegression:
    def __init__(self, learning_rate=0.01, num_epochs=6, batch_size=10, verbose=1):
        self.learning_rate, self.num_epochs = learning_rate, num_epochs
        self.batch_size, self.verbose = batch_size, verbose

    def _build_model(self, n_features, n_classes):
        self.W_ = torch.zeros(n_features, n_classes, requires_grad=True)
        self.b_ = torch.zeros(n_classes, requires_grad=True)
        self.opt = torch.optim.SGD([self.W_, self.b_], lr=self.learning_rate)

    def output(self, x):
        return torch.softmax(x @ self.W_ + self.b_, 1)

    def fit(self, x, y, vx, vy):
        self._build_model(x.shape[1], y.shape[1])
        for epoch in range(self.num_epochs):
            order = torch.from_numpy(np.random.permutation(len(x)))
            for part in order.split(self.batch_size):
                cost = -torch.sum(y[part] * torch.log(self.output(x[part])))
                self.opt.zero_grad()
                cost.backward()
                self.opt.step()
            if self.verbose:
                print("cost %.4f Accuracy at step %d: %.4f" % (cost.item(), epoch, self.score(vx, vy)))
        return self

    def score(self, x, y):
        with torch.no_grad():
            return (self.output(x).argmax(1) == y.argmax(1)).float().mean().item()


d = load_digits()
X = torch.tensor(d.data / 16.0, dtype=torch.float32)
Y = torch.eye(10)[torch.tensor(d.target)]
p = torch.randperm(len(X))
X, Y = X[p], Y[p]
lr = LogisticRegression().fit(X[:1400], Y[:1400], X[1400:1600], Y[1400:1600])
print("test score %.4f" % lr.score(X[1600:], Y[1600:]))
