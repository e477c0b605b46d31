# Reuters newswire topics, MLP on the binary word matrix (after the keras example reuters_mlp)
import os
import numpy as np
import torch

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

max_words, batch_size, epochs = 1000, 32, 5


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


x_all, y_all = fake_reuters(2400, seed=SEED)
x_train, y_train = torch.from_numpy(x_all[:2000]), torch.from_numpy(y_all[:2000])
x_test, y_test = torch.from_numpy(x_all[2000:]), torch.from_numpy(y_all[2000:])
num_classes = int(y_all.max()) + 1
print(len(x_train), "train sequences", num_classes, "classes")

model = torch.nn.Sequential(
    torch.nn.Linear(max_words, 256), torch.nn.ReLU(), torch.nn.Dropout(0.5),
    torch.nn.Linear(256, 256), torch.nn.ReLU(), torch.nn.Dropout(0.5),
    torch.nn.Linear(256, num_classes),
)
for layer in model:
    if isinstance(layer, torch.nn.Linear):
        torch.nn.init.xavier_uniform_(layer.weight)
        torch.nn.init.zeros_(layer.bias)

criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.1, eps=1e-7)

step = 0
for epoch in range(epochs):
    model.train()
    perm = torch.randperm(len(x_train))
    for k in range(0, len(perm), batch_size):
        b = perm[k:k + batch_size]
        out = model(x_train[b])
        loss = criterion(out, y_train[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        if step % 30 == 0:
            print("step", step, "loss", loss.item())
model.eval()
with torch.no_grad():
    print("Test accuracy:", (model(x_test).argmax(1) == y_test).float().mean().item())
