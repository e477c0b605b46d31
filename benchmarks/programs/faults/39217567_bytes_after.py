# learn to reproduce an 8-bit pattern
import torch
import torch.nn as nn

torch.manual_seed(0)

patterns = [[(i >> b) & 1 for b in range(8)] for i in range(256)]

x = torch.tensor(patterns, dtype=torch.float32)
y = x.clone()

model = nn.Sequential()
for i in range(3):
    model.add_module(f"dense{i}", nn.Linear(8 if i == 0 else 32, 8 if i == 2 else 32))
    model.add_module(f"act{i}", nn.Sigmoid() if i == 2 else nn.ReLU())

loss_fn = nn.BCELoss()
opt = torch.optim.Adam(model.parameters(), lr=0.003)

for epoch in range(300):
    for idx in torch.randperm(256).split(50):
        opt.zero_grad()
        loss = loss_fn(model(x[idx]), y[idx])
        loss.backward()
        opt.step()
    if epoch % 50 == 49:
        with torch.no_grad():
            bits = ((model(x) > 0.5).float() == y).float().mean().item()
        print(f"epoch {epoch + 1}: loss {loss.item():.4f}, bits right {bits:.3f}")
