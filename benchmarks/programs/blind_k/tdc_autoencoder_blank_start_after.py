import os
import numpy as np
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)


class AutoEncoder(nn.Module):
    def __init__(self, sizes=(64, 48, 24, 12)):
        super().__init__()
        enc, dec = [], []
        for a, b in zip(sizes[:-1], sizes[1:]):
            enc += [nn.Linear(a, b), nn.ReLU()]
        for a, b in zip(sizes[:0:-1], sizes[-2::-1]):
            dec += [nn.Linear(a, b), nn.ReLU()]
        dec[-1] = nn.Sigmoid()
        self.encoder, self.decoder = nn.Sequential(*enc), nn.Sequential(*dec)

    def forward(self, x):
        return self.decoder(self.encoder(x))


def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
        nn.init.zeros_(m.bias)


x = load_digits().data.astype("float32") / 16.0
rng.shuffle(x)
x = torch.from_numpy(x)
train, test = x[:1400], x[1400:]
ae = AutoEncoder()
ae.apply(init_weights)
opt = torch.optim.Adam(ae.parameters(), lr=1e-3)
mse = nn.MSELoss()
for epoch in range(25):
    epoch_loss = 0.0
    for batch in torch.split(train[torch.randperm(len(train))], 32):
        rec = ae(batch)
        loss = mse(rec, batch)
        opt.zero_grad()
        loss.backward()
        opt.step()
        epoch_loss += loss.item() * len(batch)
    if epoch % 4 == 0:
        print("epoch", epoch, "loss", epoch_loss / len(train))
with torch.no_grad():
    print("test mse", mse(ae(test), test).item(), "variance", test.var(0).mean().item())
