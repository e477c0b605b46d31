"""Adding problem with a coupled oscillatory recurrent cell; the test is run every 50 steps."""
import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
T, BATCH, HID, DT, GAMMA, EPS = 8, 50, 64, 0.4, 2.7, 1.0


def get_batch(n):
    v = torch.rand(n, T)
    m = torch.zeros(n, T)
    a = torch.randint(0, T // 2, (n,))
    b = torch.randint(T // 2, T, (n,))
    r = torch.arange(n)
    m[r, a], m[r, b] = 1.0, 1.0
    return torch.stack([v, m], 2).transpose(0, 1), (v[r, a] + v[r, b]).unsqueeze(1)


class CoRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.i2h = nn.Linear(2 + 2 * HID, HID)
        self.readout = nn.Linear(HID, 1)

    def forward(self, x):
        hy = torch.zeros(x.size(1), HID)
        hz = torch.zeros(x.size(1), HID)
        for t in range(T):
            hz = hz + DT * (torch.tanh(self.i2h(torch.cat((x[t], hz, hy), 1))) - GAMMA * hy - EPS * hz)
            hy = hy + DT * hz
        return self.readout(hy)


model = CoRNN()
objective = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-2)


def test():
    model.eval()
    with torch.no_grad():
        data, label = get_batch(500)
        return objective(model(data), label).item()


for i in range(800):
    data, label = get_batch(BATCH)
    optimizer.zero_grad()
    loss = objective(model(data), label)
    loss.backward()
    optimizer.step()
    if i % 50 == 0:
        print(f"step {i} test mse {test():.5f} (predicting the mean: 0.167)")
print("final test mse", test())
