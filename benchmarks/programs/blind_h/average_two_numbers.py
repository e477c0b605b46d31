import os
import random
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)


def generate_dataset(values):
    dataset = []
    for _ in range(values):
        n1 = random.randint(0, 100)
        n2 = random.randint(0, 100)
        dataset.append([n1, n2, (n1 + n2) / 2])
    return np.array(dataset)


def preprocess(data):
    return data / 100


def postprocess(data):
    return data * 100


split_data = np.split(generate_dataset(2000), [2], axis=1)
x = torch.tensor(preprocess(split_data[0]), dtype=torch.float32)
y = torch.tensor(preprocess(split_data[1]), dtype=torch.float32)

model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
for l in model:
    nn.init.xavier_uniform_(l.weight)
    nn.init.zeros_(l.bias)
opt = torch.optim.RMSprop(model.parameters(), lr=0.001, alpha=0.9, eps=1e-7)
for epoch in range(8):
    s = 0
    for i in torch.randperm(len(x)).split(10):
        loss = nn.functional.mse_loss(model(x[i]), y[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
        s += loss.item() * len(i)
    print("epoch", epoch + 1, "loss", s / len(x))
with torch.no_grad():
    print("10 and 20 ->", postprocess(model(torch.tensor([[.1, .2]])).item()))
    print("r2 %.4f" % (1 - ((model(x) - y) ** 2).mean() / y.var()).item())
