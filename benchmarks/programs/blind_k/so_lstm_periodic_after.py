"""LSTM many-to-one on a noisy periodic series."""
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
t = np.arange(1200)
series = np.sin(2 * np.pi * t / 25) + 0.5 * np.sin(2 * np.pi * t / 60) + 0.08 * np.random.randn(1200)
series = (series - series.min()) / (series.max() - series.min())
W = 20
inputs = np.stack([series[i:i + W] for i in range(len(series) - W)])
labels = series[W:]
inputs = torch.tensor(inputs, dtype=torch.float32).unsqueeze(-1)
labels = torch.tensor(labels, dtype=torch.float32)
n_train = 900


class Model(nn.Module):
    def __init__(self, hidden=24):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


model = Model()
loss_fn = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
for epoch in range(12):
    for b in torch.randperm(n_train).split(30):
        y_pred = model(inputs[b])
        loss = loss_fn(y_pred, labels[b].unsqueeze(1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("Epoch:", epoch, "MSE:", loss.item())
with torch.no_grad():
    p = model(inputs[n_train:]).squeeze(1)
    y = labels[n_train:]
    print("R2 on the held-out part", (1 - ((p - y) ** 2).mean() / y.var()).item(), "std of predictions", p.std().item())
