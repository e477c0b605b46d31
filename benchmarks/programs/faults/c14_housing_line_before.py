"""How much does each column tell about the price? One line per column."""

import torch
import torch.nn.functional as F

torch.manual_seed(0)


def make_housing(n=506):
    rooms = 6.3 + 0.7 * torch.randn(n, 1)
    status = 12.6 + 7.1 * torch.rand(n, 1) - 3.5
    noise = 2.0 * torch.randn(n, 1)
    price = 22.5 + 7.0 * (rooms - 6.3) - 0.6 * (status - 12.6) + noise
    columns = {"RM": rooms, "LSTAT": status}
    return columns, price.squeeze(1)


def fit(column, price, steps=3000):
    x = (column - column.mean()) / column.std()
    weight = torch.rand(1, 1) * 0.01
    weight.requires_grad_(True)
    bias = torch.full((1,), 20.0, requires_grad=True)
    opt = torch.optim.AdamW([weight, bias], lr=1e-2)
    for step in range(steps):
        pred = F.linear(x, weight, bias)
        loss = F.mse_loss(pred, price)
        opt.zero_grad()
        loss.backward()
        opt.step()
        if step % 1000 == 0:
            print(f"  step {step:5d} loss {loss.item():.3f}")
    return weight.item(), bias.item(), loss.item()


columns, price = make_housing()
print(f"variance of price: {price.var().item():.2f}")
for name, column in columns.items():
    w, b, loss = fit(column, price)
    print(f"{name}: slope {w:.5f} intercept {b:.2f} loss {loss:.2f}")
