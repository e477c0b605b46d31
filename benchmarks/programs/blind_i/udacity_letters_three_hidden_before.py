# letters A-J (notMNIST-like), fully connected, graph style of the course notebook
import os
import numpy as np
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
image_size, num_labels, batch_size = 28, 10, 128

protos = np.random.RandomState(7).rand(10, 7, 7) > 0.5


def letters(n):
    lab = np.random.randint(0, num_labels, n)
    img = np.kron(protos[lab], np.ones((1, 4, 4))) * np.random.uniform(.5, 1, (n, 1, 1))
    img += np.random.randn(n, 28, 28) * 0.35
    img = np.clip(img, 0, 1) - 0.5
    return torch.tensor(img.reshape(n, -1), dtype=torch.float32), torch.tensor(np.eye(10)[lab], dtype=torch.float32)


train_dataset, train_labels = letters(3000)
test_dataset, test_labels = letters(500)


def truncated_normal(*shape, stddev=1.0):
    w = torch.empty(*shape)
    torch.nn.init.trunc_normal_(w, std=stddev, a=-2 * stddev, b=2 * stddev)
    return w.requires_grad_()


sizes = [image_size * image_size, 256, 100, 50, num_labels]
weights = [truncated_normal(a, b) for a, b in zip(sizes, sizes[1:])]
biases = [torch.zeros(b, requires_grad=True) for b in sizes[1:]]


def logits(x):
    for w, b in zip(weights[:-1], biases[:-1]):
        x = torch.relu(x @ w + b)
    return x @ weights[-1] + biases[-1]


optimizer = torch.optim.SGD(weights + biases, lr=0.5)
for step in range(601):
    offset = (step * batch_size) % (train_labels.shape[0] - batch_size)
    batch_data = train_dataset[offset:offset + batch_size]
    batch_labels = train_labels[offset:offset + batch_size]
    out = logits(batch_data)
    loss = -(batch_labels * torch.log_softmax(out, 1)).sum(1).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        acc = (out.argmax(1) == batch_labels.argmax(1)).float().mean() * 100
        print("Minibatch loss at step %d: %f  accuracy: %.1f%%" % (step, loss.item(), acc))
with torch.no_grad():
    print("Test accuracy: %.1f%%" % ((logits(test_dataset).argmax(1) == test_labels.argmax(1)).float().mean() * 100))
