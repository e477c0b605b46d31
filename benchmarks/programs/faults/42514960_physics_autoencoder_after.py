"""Autoencoder: six observed variables, two hidden causes (u, v)."""

import numpy as np
import torch
from torch import nn


def observe(n, seed=0):
    rng = np.random.default_rng(seed)
    u, v = rng.uniform(0, 0.5, n), rng.uniform(0, 0.5, n)
    return np.stack([u, v, u + v, u * v, u / v, u**v], axis=1).astype(np.float32)


def dense(n_in, n_out):
    layer = nn.Linear(n_in, n_out)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


class AutoEncoder(nn.Module):
    def __init__(self, n=6, width=12, code=2):
        super().__init__()
        self.encoder = nn.Sequential(
            dense(n, width), nn.Tanh(), dense(width, width), nn.Tanh(), dense(width, code)
        )
        self.decoder = nn.Sequential(
            dense(code, width), nn.Tanh(), dense(width, width), nn.Tanh(), dense(width, n)
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


def main():
    torch.manual_seed(0)
    data = torch.from_numpy(observe(1000))
    data = (data - data[:900].mean(0)) / data[:900].std(0)
    train, valid = data[:900], data[900:]
    model = AutoEncoder()
    optimizer = torch.optim.Adadelta(model.parameters())
    mse = nn.MSELoss()
    for epoch in range(1, 61):
        for idx in torch.randperm(900).split(32):
            batch = train[idx]
            loss = mse(model(batch), batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if epoch % 10 == 0:
            with torch.no_grad():
                all_train, all_valid = mse(model(train), train), mse(model(valid), valid)
            print(f"epoch {epoch}: train {all_train.item():.4f} valid {all_valid.item():.4f}")
    print("variance of the data:", train.var(0).mean().item())


main()
