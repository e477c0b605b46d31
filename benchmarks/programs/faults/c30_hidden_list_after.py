import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class MLPClassifier(nn.Module):
    def __init__(self, n_in, n_hid, n_layers, n_classes, act=nn.Tanh):
        super().__init__()
        self.hids = nn.ModuleList()
        for i in range(n_layers):
            self.hids.append(nn.Linear(n_in if i == 0 else n_hid, n_hid))
            self.hids.append(act())
        self.classifier = nn.Linear(n_hid, n_classes)

    def forward(self, x):
        for layer in self.hids:
            x = layer(x)
        return self.classifier(x)


def get_data(n=1000, n_in=20, n_classes=5):
    torch.manual_seed(7)
    x = torch.randn(n, n_in)
    teacher = nn.Sequential(nn.Linear(n_in, 24), nn.Tanh(), nn.Linear(24, n_classes))
    with torch.no_grad():
        teacher[0].weight.mul_(3)
        y = teacher(x).argmax(1)
    return TensorDataset(x, y)


torch.manual_seed(0)
loader = DataLoader(get_data(), batch_size=50, shuffle=True)
net = MLPClassifier(20, 32, 4, 5)
print(net)
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(40):
    correct, loss_sum = 0, 0.0
    for xb, yb in loader:
        opt.zero_grad()
        out = net(xb)
        loss = loss_fn(out, yb)
        loss.backward()
        opt.step()
        loss_sum += loss.item() * len(xb)
        correct += (out.argmax(1) == yb).sum().item()
    if (epoch + 1) % 10 == 0:
        print(f"{epoch + 1:3d}: loss {loss_sum / 1000:.3f}, accuracy {correct / 1000:.3f}")
