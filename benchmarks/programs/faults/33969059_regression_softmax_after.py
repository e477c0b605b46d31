import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(4)

# y = 2 a + b + c/2 + 2.2
n_samples = 4000
X = torch.rand(n_samples, 3) * 1e4
y = X @ torch.tensor([[2.0], [1.0], [0.5]]) + 2.2
X = (X - X.mean(0)) / X.std(0)
y = (y - y.mean()) / y.std()
dataset = TensorDataset(X, y)
train_set, val_set = random_split(dataset, [3200, 800])


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden1 = nn.Linear(3, 3)
        self.hidden2 = nn.Linear(3, 2)
        self.head = nn.Linear(2, 1)
        for layer in (self.hidden1, self.hidden2, self.head):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        x = torch.tanh(self.hidden1(x))
        x = torch.tanh(self.hidden2(x))
        return self.head(x)


def run(epochs=10):
    model = Regressor()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, nesterov=True)
    criterion = nn.MSELoss()
    loader = DataLoader(train_set, batch_size=32, shuffle=True)
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = criterion(model(xb), yb)
            loss.backward()
            optimizer.step()
            total += loss.item()
        model.eval()
        with torch.no_grad():
            xv, yv = val_set[:]
            val = criterion(model(xv), yv).item()
        print(f"epoch {epoch:2d}  loss {total / len(loader):.5g}  val_loss {val:.5g}")


run()
