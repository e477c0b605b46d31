# comparing ways of setting the weights of a plain 3-layer network
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
dg = load_digits()
X = torch.tensor(dg.data / 16.0, dtype=torch.float32)
y = torch.tensor(dg.target)
i = torch.randperm(len(y))
train_loader = DataLoader(TensorDataset(X[i[:1500]], y[i[:1500]]), batch_size=50, shuffle=True)


class Net(nn.Module):
    def __init__(self, hidden_1=64, hidden_2=32, constant_weight=None):
        super().__init__()
        self.fc1 = nn.Linear(64, hidden_1)
        self.fc2 = nn.Linear(hidden_1, hidden_2)
        self.fc3 = nn.Linear(hidden_2, 10)
        self.dropout = nn.Dropout(0.2)
        if constant_weight is not None:
            for m in self.modules():
                if isinstance(m, nn.Linear):
                    nn.init.constant_(m.weight, constant_weight)
                    nn.init.constant_(m.bias, 0)

    def forward(self, x):
        x = self.dropout(F.relu(self.fc1(x)))
        x = self.dropout(F.relu(self.fc2(x)))
        return self.fc3(x)


model = Net(constant_weight=0)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for epoch in range(12):
    model.train()
    tot = 0.0
    for a, b in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(a), b)
        loss.backward()
        optimizer.step()
        tot += loss.item() * len(b)
    print(f"Epoch {epoch + 1} training loss {tot / 1500:.4f}")
model.eval()
with torch.no_grad():
    print("validation accuracy", (model(X[i[1500:]]).argmax(1) == y[i[1500:]]).float().mean().item())
