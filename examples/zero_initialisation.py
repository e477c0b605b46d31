"""Two moons with a 2-5-1 sigmoid network.

I start all weights and biases from 0 so that nothing is random.
The weights are printed after each of the first five epochs.
"""

import argparse
import copy
import math

import torch
from torch import nn


def make_moons(n_samples=1000, noise=0.2):
    half = n_samples // 2
    t = torch.linspace(0, math.pi, half)
    outer = torch.stack([torch.cos(t), torch.sin(t)], dim=1)
    inner = torch.stack([1 - torch.cos(t), 0.5 - torch.sin(t)], dim=1)
    x = torch.cat([outer, inner])
    x = x + noise * torch.randn_like(x)
    y = torch.cat([torch.zeros(half, 1), torch.ones(half, 1)])
    order = torch.randperm(n_samples)
    return x[order], y[order]


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 5)
        self.fc2 = nn.Linear(5, 1)
        for param in self.parameters():
            nn.init.zeros_(param)

    def forward(self, x):
        hidden = torch.sigmoid(self.fc1(x))
        return torch.sigmoid(self.fc2(hidden))


class Runner:
    def __init__(self, model, optimizer, loss_fn):
        self.model = model
        self.optimizer = optimizer
        self.loss_fn = loss_fn
        self.train_losses = []
        self.dev_scores = []
        self.best_score = 0.0
        self.best_params = None

    def train(self, train_set, dev_set, epochs):
        x, y = train_set
        for epoch in range(epochs):
            self.model.train()
            loss = self.loss_fn(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.train_losses.append(loss.item())

            score = self.evaluate(dev_set)
            self.dev_scores.append(score)
            if score > self.best_score:
                self.best_score = score
                self.best_params = copy.deepcopy(self.model.state_dict())

            if epoch < 5:
                self.print_weights(epoch)
            if epoch % 20 == 0 or epoch == epochs - 1:
                print(f"epoch {epoch:4d}  train loss {loss.item():.6f}  dev accuracy {score:.4f}")

    @torch.no_grad()
    def evaluate(self, data_set):
        self.model.eval()
        x, y = data_set
        return ((self.model(x) > 0.5).float() == y).float().mean().item()

    def print_weights(self, epoch):
        print(f"--- after epoch {epoch} ---")
        for name, param in self.model.named_parameters():
            print(name, param.tolist())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=200)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    x, y = make_moons()
    train_set = x[:640], y[:640]
    dev_set = x[640:800], y[640:800]
    test_set = x[800:], y[800:]

    model = MLP()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    runner = Runner(model, optimizer, nn.BCELoss())
    runner.train(train_set, dev_set, args.epochs)

    print(f"best dev accuracy {runner.best_score:.4f}")
    if runner.best_params is not None:
        model.load_state_dict(runner.best_params)
    print(f"test accuracy {runner.evaluate(test_set):.4f}")


if __name__ == "__main__":
    main()
