"""Predict a student's mark (out of 50) from hours slept, studied, on electronics and at play the day before."""
import os
import numpy as np
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

n = 200
sleep = rng.uniform(4, 10, n)
study = rng.uniform(0, 9, n)
gadgets = rng.uniform(0, 6, n)
play = rng.uniform(0, 5, n)
mark = 8 + 1.4 * sleep + 3.2 * study - 1.5 * gadgets + 0.6 * play + rng.normal(0, 1.5, n)
mark = np.clip(mark, 0, 50)
xs = torch.tensor(np.stack([sleep, study, gadgets, play], 1), dtype=torch.float32)
ys = torch.tensor(mark, dtype=torch.float32).view(-1, 1)


class Marks(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = torch.nn.Parameter(torch.randn(4, 2))
        self.b1 = torch.nn.Parameter(torch.zeros(2))
        self.w2 = torch.nn.Parameter(torch.randn(2, 1))
        self.b2 = torch.nn.Parameter(torch.zeros(1))

    @staticmethod
    def feed_forward(x, w, b):
        return torch.sigmoid(x @ w + b)

    def forward(self, x):
        out1 = self.feed_forward(x, self.w1, self.b1)
        out2 = self.feed_forward(out1, self.w2, self.b2)
        return 50 * out2


model = Marks()
train_step = torch.optim.SGD(model.parameters(), lr=0.05)
for i in range(1500):
    pred = model(xs)
    J = torch.mean((pred - ys) ** 2)
    train_step.zero_grad()
    J.backward()
    train_step.step()
    if i % 150 == 0:
        print(i, J.item())
with torch.no_grad():
    pred = model(xs)
print("mse %.3f  var %.3f  pred min %.2f max %.2f" % (((pred - ys) ** 2).mean(), ys.var(), pred.min(), pred.max()))
