import torch
import torch.nn as nn
import torch.optim as optim

torch.manual_seed(3)

# two technical indicators -> next day's change
N = 166
X = torch.rand(N, 2) * 2 - 1
Y = (0.9 * X[:, 0] - 0.6 * X[:, 1] + 0.3 * X[:, 0] * X[:, 1] + 0.05 * torch.randn(N)).unsqueeze(1)

model = nn.Sequential(
    nn.Linear(2, 4),
    nn.ReLU(),
    nn.Linear(4, 1),
)

criterion = nn.MSELoss()
optimizer = optim.SGD(model.parameters(), lr=0.01)

for epoch in range(150):
    perm = torch.randperm(N)
    running = 0.0
    for i in range(0, N, 8):
        idx = perm[i : i + 8]
        optimizer.zero_grad()
        out = model(X[idx])
        loss = criterion(out, Y[idx])
        loss.backward()
        optimizer.step()
        running += loss.item() * len(idx)
    if epoch % 25 == 24:
        print("epoch %d mse %.4f" % (epoch + 1, running / N))

with torch.no_grad():
    pred = model(X)
print("lowest prediction %.3f, lowest target %.3f" % (pred.min(), Y.min()))
print("R2 %.3f" % (1 - ((pred - Y) ** 2).mean() / Y.var()))
