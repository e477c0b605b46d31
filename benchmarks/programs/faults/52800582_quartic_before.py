import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Quartic(nn.Module):
    def __init__(self):
        super().__init__()
        self.d1 = nn.Linear(1, 50)
        self.d2 = nn.Linear(50, 50)
        self.d3 = nn.Linear(50, 1)
        self.reset()

    def reset(self):
        for d in (self.d1, self.d2, self.d3):
            nn.init.xavier_uniform_(d.weight)
            nn.init.zeros_(d.bias)

    def forward(self, x):
        x = torch.sigmoid(self.d1(x))
        x = F.elu(self.d2(x))
        return self.d3(x)


def main():
    torch.manual_seed(0)
    x = np.arange(-100, 100, 0.5)
    y = x**4
    inputs = torch.from_numpy(x).float().reshape(-1, 1)
    targets = torch.from_numpy(y).float().reshape(-1, 1)

    model = Quartic()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    for epoch in range(2000):
        pred = model(inputs)
        loss = F.mse_loss(pred, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch % 400 == 0:
            print(f"epoch {epoch} loss {loss.item():.6g}")
    r2 = 1 - loss.item() / targets.var(unbiased=False).item()
    print(f"final loss {loss.item():.6g}  R2 {r2:.4f}")


if __name__ == "__main__":
    main()
