"""Fuel consumption of cars from nine columns."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

LEARNING_RATE = 1e-3
L2 = 1.0
EPOCHS = 120
BATCH_SIZE = 32


def load_cars(n=398, seed=7):
    g = torch.Generator().manual_seed(seed)
    size = torch.randn(n, generator=g)
    cylinders = 5.5 + 1.5 * size
    displacement = 195 + 90 * size + 40 * torch.randn(n, generator=g)
    horsepower = 105 + 30 * size + 18 * torch.randn(n, generator=g)
    weight = 2970 + 700 * size + 400 * torch.randn(n, generator=g)
    acceleration = 15.5 - 1.6 * size + 2 * torch.randn(n, generator=g)
    year = 70 + 12 * torch.rand(n, generator=g)
    origin = F.one_hot(torch.randint(0, 3, (n,), generator=g), 3).float()
    mpg = 70000 / weight.clamp(min=1200) + 0.6 * (year - 76) - 0.03 * (horsepower - 105)
    mpg = mpg + origin @ torch.tensor([0.0, 1.0, 2.5]) + 1.5 * torch.randn(n, generator=g)
    columns = [cylinders, displacement, horsepower, weight, acceleration, year]
    return torch.cat([torch.stack(columns, dim=1), origin], dim=1), mpg.unsqueeze(1)


def standardise(t):
    return (t - t.mean(0)) / t.std(0)


class RegressionNet(nn.Module):
    def __init__(self, n_in=9, n_hidden=64):
        super().__init__()
        self.fc1 = nn.Linear(n_in, n_hidden)
        self.fc2 = nn.Linear(n_hidden, n_hidden)
        self.fc3 = nn.Linear(n_hidden, 1)
        for layer in (self.fc1, self.fc2, self.fc3):
            fan_in = layer.in_features
            nn.init.normal_(layer.weight, 0.0, math.sqrt(2.0 / fan_in))
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


def penalty(model):
    return sum((p**2).sum() for name, p in model.named_parameters() if "weight" in name)


def main():
    torch.manual_seed(0)
    x, y = load_cars()
    x, y = standardise(x), standardise(y)
    x_train, y_train, x_test, y_test = x[:318], y[:318], x[318:], y[318:]
    model = RegressionNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    for epoch in range(1, EPOCHS + 1):
        for idx in torch.randperm(len(x_train)).split(BATCH_SIZE):
            prediction = model(x_train[idx])
            loss = F.mse_loss(prediction, y_train[idx]) + L2 * penalty(model)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if epoch % 30 == 0:
            with torch.no_grad():
                r2 = 1 - F.mse_loss(model(x_train), y_train) / y_train.var()
                r2_test = 1 - F.mse_loss(model(x_test), y_test) / y_test.var()
            print(f"epoch {epoch}: loss {loss.item():.4f} R2 train {r2:.3f} test {r2_test:.3f}")


if __name__ == "__main__":
    main()
