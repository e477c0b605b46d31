"""A small Trainer class."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Trainer:
    def __init__(self, model, optimizer, criterion, loader):
        self.model, self.optimizer = model, optimizer
        self.criterion, self.loader = criterion, loader

    def run_epoch(self):
        self.model.train()
        self.optimizer.zero_grad()
        total = 0.0
        for x, y in self.loader:
            loss = self.criterion(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            total += loss.item()
        return total / len(self.loader)

    def accuracy(self, x, y):
        self.model.eval()
        with torch.no_grad():
            return (self.model(x).argmax(1) == y).float().mean().item()


def main():
    torch.manual_seed(0)
    centres = 1.0 * torch.randn(5, 24)
    y = torch.randint(0, 5, (1200,))
    x = centres[y] + 1.2 * torch.randn(1200, 24)
    model = nn.Sequential(nn.Linear(24, 64), nn.ReLU(), nn.Linear(64, 5))
    trainer = Trainer(
        model,
        torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9),
        nn.CrossEntropyLoss(),
        DataLoader(TensorDataset(x[:1000], y[:1000]), batch_size=20, shuffle=True),
    )
    for epoch in range(10):
        loss = trainer.run_epoch()
        print(f"epoch {epoch} loss {loss:.4f} acc {trainer.accuracy(x[1000:], y[1000:]):.3f}")


if __name__ == "__main__":
    main()
