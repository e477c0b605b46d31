import torch
import torch.nn as nn
from torch.optim.lr_scheduler import StepLR

torch.manual_seed(0)
X = torch.randn(800, 10)
y = (X[:, 0] ** 2 + X[:, 1] > 1).long()

model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 2))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
scheduler = StepLR(optimizer, step_size=10, gamma=0.5)

for epoch in range(20):
    running_loss, correct = 0.0, 0
    for idx in torch.randperm(800).split(40):
        optimizer.zero_grad()
        outputs = model(X[idx])
        loss = criterion(outputs, y[idx])
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
        correct += (outputs.argmax(1) == y[idx]).sum().item()
    scheduler.step()
    if epoch % 4 == 3:
        print(f"epoch {epoch + 1}: loss {running_loss / 20:.4f} acc {correct / 800:.3f}")
