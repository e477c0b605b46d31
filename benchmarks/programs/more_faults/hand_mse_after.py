"""Predict strength of concrete."""

import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(3)
mix = rng.normal(size=(700, 8)).astype("float32")
strength = mix[:, 0] * 2 + np.sqrt(np.abs(mix[:, 1])) - mix[:, 2] * mix[:, 3]
strength = ((strength - strength.mean()) / strength.std()).astype("float32")

x_train, x_test = torch.from_numpy(mix[:600]), torch.from_numpy(mix[600:])
y_train, y_test = torch.from_numpy(strength[:600]), torch.from_numpy(strength[600:])


def build_model():
    return nn.Sequential(
        nn.Linear(8, 64),
        nn.BatchNorm1d(64),
        nn.ReLU(),
        nn.Linear(64, 32),
        nn.ReLU(),
        nn.Linear(32, 1),
    )


def train(model, epochs=25, batch=32, lr=3e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        model.train()
        for idx in torch.randperm(600).split(batch):
            pred = model(x_train[idx]).squeeze(1)
            loss = ((pred - y_train[idx]) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if epoch % 5 == 4:
            model.eval()
            with torch.no_grad():
                out = model(x_test).numpy().reshape(-1)
            r = np.corrcoef(out, y_test.numpy())[0, 1]
            print(f"epoch {epoch + 1} loss {loss.item():.3f} corr {r:.3f} spread {out.std():.3f}")


torch.manual_seed(3)
train(build_model())
