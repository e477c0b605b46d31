import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# AND, OR, NAND of two bits at once
inputs = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
targets = torch.tensor([[0., 0., 1.], [0., 1., 1.], [0., 1., 1.], [1., 1., 0.]])

net = nn.Sequential(nn.Linear(2, 12), nn.Tanh(), nn.Linear(12, 12), nn.Tanh(), nn.Linear(12, 3), nn.Sigmoid())
optimizer = torch.optim.RMSprop(net.parameters(), lr=1e-3)
criterion = nn.BCELoss()

for epoch in range(1500):
    optimizer.zero_grad()
    outputs = net(inputs)
    loss = criterion(outputs, targets)
    loss.backward()
    optimizer.step()
    if epoch % 250 == 0:
        print("epoch", epoch, "loss", loss.item())

with torch.no_grad():
    out = net(inputs)
for a, b in zip(inputs.tolist(), out.tolist()):
    print(a, [round(v, 2) for v in b])
print("final loss", criterion(out, targets).item(), "correct", (out.round() == targets).float().mean().item())
