import os
import numpy as np
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

# cars: cylinders, displacement, horsepower, weight, acceleration, year, origin
n = 392
cyl = rng.choice([4, 6, 8], n, p=[0.52, 0.21, 0.27])
disp = cyl * 38 - 40 + rng.randn(n) * 25
hp = 0.35 * disp + 40 + rng.randn(n) * 15
weight = 1500 + 7.5 * disp + rng.randn(n) * 250
accel = 24 - 0.08 * hp + rng.randn(n) * 1.5
year = rng.randint(70, 83, n)
origin = np.where(cyl == 4, rng.randint(1, 4, n), 1)
mpg = 46000.0 / (weight + 400) + 0.6 * (year - 76) - 0.03 * (hp - 100) + 1.2 * (origin - 1) + 6 + rng.randn(n) * 1.5
table = np.stack([cyl, disp, hp, weight, accel, year, origin], 1).astype(np.float32)

idx = rng.permutation(n)
train_idx, test_idx = idx[:300], idx[300:]
mean, std = table[train_idx].mean(0), table[train_idx].std(0)
table = (table - mean) / std
x_train = torch.tensor(table[train_idx], dtype=torch.float32)
x_test = torch.tensor(table[test_idx], dtype=torch.float32)
y_train = torch.tensor(mpg[train_idx, None], dtype=torch.float32)
y_test = torch.tensor(mpg[test_idx, None], dtype=torch.float32)


def dense(n_in, n_out):
    layer = torch.nn.Linear(n_in, n_out)
    torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    torch.nn.init.zeros_(layer.bias)
    return layer


model = torch.nn.Sequential(
    dense(7, 64),
    torch.nn.ReLU(),
    dense(64, 64),
    torch.nn.ReLU(),
    dense(64, 1),
)
loss_fn = torch.nn.MSELoss()
optim = torch.optim.Adam(model.parameters(), lr=0.003)

for step in range(1000):
    batch = torch.randint(0, len(x_train), (32,))
    prediction = model(x_train[batch])
    loss = loss_fn(prediction, y_train[batch])
    optim.zero_grad()
    loss.backward()
    optim.step()
    if step % 200 == 0:
        print(step, float(loss))

with torch.no_grad():
    residual = y_test - model(x_test)
r2 = 1 - (residual ** 2).mean().item() / y_test.var(unbiased=False).item()
print("METRIC", r2, "CHANCE", 0.0)
