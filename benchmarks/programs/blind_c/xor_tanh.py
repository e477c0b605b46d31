import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
Y = torch.tensor([[0.], [1.], [1.], [0.]])


class XOR(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2, 8)
        self.output = nn.Linear(8, 1)

    def forward(self, x):
        x = torch.tanh(self.hidden(x))
        return torch.sigmoid(self.output(x))


net = XOR()
criterion = nn.BCELoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
for epoch in range(1500):
    optimizer.zero_grad()
    loss = criterion(net(X), Y)
    loss.backward()
    optimizer.step()
    if epoch % 250 == 0:
        print(f"epoch {epoch}, loss {loss.item():.5f}")

with torch.no_grad():
    out = net(X)
print("outputs", [round(v, 3) for v in out.squeeze().tolist()])
print("accuracy", ((out > 0.5).float() == Y).float().mean().item())
