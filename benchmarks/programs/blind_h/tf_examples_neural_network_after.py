""" Neural Network.
A 2-hidden-layer network, after the TensorFlow-Examples collection.
"""
import os
import numpy as np
import torch
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

# Parameters
learning_rate = 0.001
num_steps = 400
batch_size = 128
display_step = 50

# Network parameters
n_hidden_1 = 256
n_hidden_2 = 256
num_input = 784
num_classes = 10

d = load_digits()
im = np.pad(np.kron(d.images / 16.0, np.ones((1, 3, 3))), ((0, 0), (2, 2), (2, 2))).reshape(-1, 784)
p = rng.permutation(len(im))
X = torch.tensor(im[p], dtype=torch.float32)
T = torch.tensor(d.target[p])
Xtr, Ttr, Xte, Tte = X[:1400], T[:1400], X[1400:], T[1400:]

weights = {
    "h1": torch.randn(num_input, n_hidden_1) * (2 / num_input) ** 0.5,
    "h2": torch.randn(n_hidden_1, n_hidden_2) * (2 / n_hidden_1) ** 0.5,
    "out": torch.randn(n_hidden_2, num_classes) * (1 / n_hidden_2) ** 0.5,
}
biases = {
    "b1": torch.zeros(n_hidden_1),
    "b2": torch.zeros(n_hidden_2),
    "out": torch.zeros(num_classes),
}
params = [v.requires_grad_() for v in list(weights.values()) + list(biases.values())]


def neural_net(x):
    layer_1 = torch.relu(x @ weights["h1"] + biases["b1"])
    layer_2 = torch.relu(layer_1 @ weights["h2"] + biases["b2"])
    return layer_2 @ weights["out"] + biases["out"]


optimizer = torch.optim.Adam(params, lr=learning_rate)
for step in range(1, num_steps + 1):
    k = torch.tensor(rng.randint(0, len(Xtr), batch_size))
    logits = neural_net(Xtr[k])
    loss = torch.nn.functional.cross_entropy(logits, Ttr[k])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % display_step == 0 or step == 1:
        acc = (logits.argmax(1) == Ttr[k]).float().mean().item()
        print("Step %d, Minibatch Loss= %.4f, Training Accuracy= %.3f" % (step, loss.item(), acc))
with torch.no_grad():
    lo = neural_net(Xte)
    print("Testing Accuracy: %.4f loss %.3f" % ((lo.argmax(1) == Tte).float().mean().item(), torch.nn.functional.cross_entropy(lo, Tte).item()))
