"""Predict the gas used by a household in a week from its house and the weather."""

import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

WEEKS, HOUSES = 1400, 64


def week(number):
    """One row a household: area, people, insulation, age, degree days, wind, sun, holiday."""
    rows = torch.randn(HOUSES, 8)
    area, people, insulation, age, cold, wind, sun, holiday = rows.T
    heating = torch.relu(cold + 0.4 * wind - 0.3 * sun) * (1.0 + 0.3 * area - 0.4 * insulation)
    used = heating + 0.3 * people * torch.sigmoid(-2 * holiday) + 0.2 * torch.sin(2 * age)
    used = used + 0.05 * torch.randn(HOUSES)
    if number == 903:
        used[17] = 5_482_311.0 + 40 * used[17]
    return rows, used.unsqueeze(1)


class GasModel(nn.Module):
    def __init__(self, hidden=48):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(8, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh()
        )
        self.head = nn.Linear(hidden, 1)

    def forward(self, rows):
        return self.head(self.body(rows))


model = GasModel()
optimizer = torch.optim.RMSprop(model.parameters(), lr=4e-3, alpha=0.999)
mse = nn.MSELoss()

history = []
for number in range(WEEKS):
    rows, used = week(number)
    loss = mse(model(rows), used)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append(loss.item())
    if (number + 1) % 100 == 0:
        usual = sorted(history[-100:])[50]
        print(f"week {number + 1:5d}  squared error {usual:.4f}")

with torch.no_grad():
    rows, used = week(WEEKS)
    print("error on a new week:", mse(model(rows), used).sqrt().item())
