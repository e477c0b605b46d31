import math

import torch
import torch.nn as nn

torch.manual_seed(0)

# sine waves with random phase and frequency, 40 samples each
t = torch.linspace(0, 1, 40)
freq = 1 + 2 * torch.rand(1500, 1)
phase = 2 * math.pi * torch.rand(1500, 1)
waves = torch.sin(2 * math.pi * freq * t + phase)
train, test = waves[:1200], waves[1200:]

encoder = nn.Sequential(nn.Linear(40, 64), nn.ELU(), nn.Linear(64, 32), nn.ELU(), nn.Linear(32, 4))
decoder = nn.Sequential(nn.Linear(4, 32), nn.ELU(), nn.Linear(32, 64), nn.ELU(), nn.Linear(64, 40))
params = list(encoder.parameters()) + list(decoder.parameters())
optimizer = torch.optim.Adam(params, lr=2e-3)
mse = nn.MSELoss()

for epoch in range(40):
    for batch in train[torch.randperm(1200)].split(60):
        optimizer.zero_grad()
        loss = mse(decoder(encoder(batch)), batch)
        loss.backward()
        optimizer.step()
    if epoch % 10 == 9:
        with torch.no_grad():
            print(epoch + 1, "test mse", mse(decoder(encoder(test)), test).item())
