import torch
import torch.nn as nn


class WaveNet(nn.Module):
    """Fits a wave on [-3, 3]."""

    def __init__(self, hidden=48):
        super().__init__()
        self.inp = nn.Linear(1, hidden)
        self.mid = nn.Linear(hidden, hidden)
        self.drop = nn.Dropout(0.0)
        self.out = nn.Linear(hidden, 1)

    def forward(self, t):
        h = self.inp(t)
        h = self.drop(self.mid(h))
        return self.out(h)


def main():
    torch.manual_seed(0)
    t = torch.rand(600, 1) * 6 - 3
    y = torch.cos(2 * t) + 0.3 * t + 0.05 * torch.randn(600, 1)
    model = WaveNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    criterion = nn.MSELoss()
    for epoch in range(40):
        for idx in torch.randperm(600).split(60):
            optimizer.zero_grad()
            loss = criterion(model(t[idx]), y[idx])
            loss.backward()
            optimizer.step()
        if epoch % 8 == 7:
            print(f"epoch {epoch + 1} loss {loss.item():.4f} variance {y.var().item():.4f}")


if __name__ == "__main__":
    main()
