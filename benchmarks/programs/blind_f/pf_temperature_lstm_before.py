import os, math, random
import torch
import torch.nn as nn

# indoor temperature, 24 h history -> next hour
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED); random.seed(SEED)
torch.set_num_threads(1)

T = 1500
hours = torch.arange(T, dtype=torch.float32)
temp = 18 + 4 * torch.sin(2 * math.pi * hours / 24) + 2 * torch.sin(2 * math.pi * hours / 170) + 0.3 * torch.randn(T)
mean, std = temp[:1100].mean(), temp[:1100].std()
z = (temp - mean) / std


def windows(v, L=24):
    x = torch.stack([v[i:i + L] for i in range(len(v) - L)]).unsqueeze(2)
    y = v[L:].unsqueeze(1)
    return x, y


class TempNet(nn.Module):
    def __init__(self, n_hidden=24):
        super(TempNet, self).__init__()
        self.lstm = nn.LSTM(input_size=1, hidden_size=n_hidden, batch_first=True)
        self.fc1 = nn.Linear(n_hidden, 16)
        self.fc2 = nn.Linear(16, 1)
        self.relu = nn.ReLU()

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        x = self.relu(self.fc1(h[-1]))
        x = self.relu(self.fc2(x))
        return x


xtr, ytr = windows(z[:1100])
xte, yte = windows(z[1076:])
net = TempNet()
optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
criterion = nn.MSELoss()

for epoch in range(12):
    order = torch.randperm(len(xtr))
    ep = 0.0
    for k in range(0, len(order), 32):
        b = order[k:k + 32]
        optimizer.zero_grad()
        out = net(xtr[b])
        loss = criterion(out, ytr[b])
        loss.backward()
        optimizer.step()
        ep += loss.item() * len(b)
    if epoch % 3 == 0:
        print("epoch %d  loss %.4f" % (epoch, ep / len(order)))

net.eval()
with torch.no_grad():
    p = net(xte)
    r2 = 1 - ((p - yte) ** 2).sum() / ((yte - yte.mean()) ** 2).sum()
    mae = (p - yte).abs().mean() * std
print("test MAE %.2f degrees, R2 %.3f" % (mae.item(), r2.item()))
