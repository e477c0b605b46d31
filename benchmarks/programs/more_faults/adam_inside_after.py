import torch
import torch.nn as nn

torch.manual_seed(0)
X = torch.randn(1000, 30)
scale = torch.logspace(0, -2.5, 30)
true = torch.randn(30) / scale
X = X * scale
Y = X @ true + 0.05 * torch.randn(1000)
Y = (Y / Y.std()).unsqueeze(1)


def train_step(model, optimizer, x, y):
    criterion = nn.MSELoss()
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


model = nn.Sequential(nn.Linear(30, 64), nn.Tanh(), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(40):
    losses = []
    for idx in torch.randperm(1000).split(50):
        losses.append(train_step(model, optimizer, X[idx], Y[idx]))
    if epoch % 8 == 7:
        print(f"epoch {epoch + 1} mse {sum(losses) / len(losses):.4f}")
