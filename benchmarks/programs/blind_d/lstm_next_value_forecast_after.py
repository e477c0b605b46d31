# LSTM time series forecast: window of 24 values -> next value
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

t = np.arange(1600)
series = np.sin(2 * np.pi * t / 24) + 0.5 * np.sin(2 * np.pi * t / 60) + 0.1 * rng.randn(len(t))
series = (series - series.mean()) / series.std()

WINDOW = 24
xs = np.stack([series[i:i + WINDOW] for i in range(len(series) - WINDOW)])
ys = series[WINDOW:]
xs = torch.tensor(xs, dtype=torch.float32).unsqueeze(-1)
ys = torch.tensor(ys, dtype=torch.float32).unsqueeze(-1)
n_train = 1200
train_x, train_y = xs[:n_train], ys[:n_train]
test_x, test_y = xs[n_train:], ys[n_train:]


class Forecaster(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.head(out[:, -1])


model = Forecaster()
loss_function = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

batch_size = 64
step = 0
for epoch in range(18):
    order = torch.randperm(n_train)
    for s in range(0, n_train, batch_size):
        idx = order[s:s + batch_size]
        y_pred = model(train_x[idx])
        loss = loss_function(y_pred, train_y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        if step % 30 == 0:
            print(f"epoch {epoch:2d} step {step:4d} loss {loss.item():.5f}")

with torch.no_grad():
    test_mse = loss_function(model(test_x), test_y).item()
print("test MSE", test_mse, " variance of the test targets", test_y.var().item())
