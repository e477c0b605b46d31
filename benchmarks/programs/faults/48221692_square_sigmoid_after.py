import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(2)


def f(x):
    return x**2 + 3


x = torch.linspace(-10, 10, 201).unsqueeze(1)
y = f(x)
x, y = x / x.std(), (y - y.mean()) / y.std()
order = torch.randperm(len(x))
train_idx, test_idx = order[:150], order[150:]
loader = DataLoader(TensorDataset(x[train_idx], y[train_idx]), batch_size=150, shuffle=True)

model = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
loss_function = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for epoch in range(1, 1001):
    for inputs, labels in loader:
        optimizer.zero_grad()
        loss = loss_function(model(inputs), labels)
        loss.backward()
        optimizer.step()
    if epoch % 200 == 0:
        with torch.no_grad():
            test_loss = loss_function(model(x[test_idx]), y[test_idx])
        print(f"{epoch}: train mse {loss.item():.3f} test mse {test_loss.item():.3f}")
