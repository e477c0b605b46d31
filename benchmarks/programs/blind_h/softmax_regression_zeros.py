import os
import numpy as np
import torch
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

b_ = load_digits()
pix = np.pad(np.kron(b_.images / 16., np.ones((3, 3))), ((0, 0), (2, 2), (2, 2))).reshape(-1, 784)
perm = rng.permutation(len(pix))
images, labels = torch.tensor(pix[perm], dtype=torch.float32), torch.eye(10)[torch.tensor(b_.target[perm])]
train, test = slice(0, 1400), slice(1400, None)

W = torch.zeros(784, 10, requires_grad=True)
b = torch.zeros(10, requires_grad=True)
opt = torch.optim.SGD([W, b], lr=0.5)
for step in range(1000):
    pick = torch.from_numpy(rng.choice(1400, 100, replace=False))
    y = torch.softmax(images[pick] @ W + b, 1)
    cross_entropy = torch.mean(-torch.sum(labels[pick] * torch.log(y), 1))
    opt.zero_grad()
    cross_entropy.backward()
    opt.step()
    if step % 200 == 0:
        print(step, cross_entropy.item())
with torch.no_grad():
    ok = (images[test] @ W + b).argmax(1) == labels[test].argmax(1)
print("accuracy %.4f" % ok.float().mean().item())
