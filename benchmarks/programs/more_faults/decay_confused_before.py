import torch
import torch.nn as nn

torch.manual_seed(0)

# two interleaved spirals
n = 600
turn = torch.rand(n) * 2.2 + 0.3
side = torch.randint(0, 2, (n,))
angle = 3.1416 * turn + 3.1416 * side
points = torch.stack([turn * angle.cos(), turn * angle.sin()], 1) + 0.05 * torch.randn(n, 2)


class Spirals(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.hidden = nn.ModuleList([nn.Linear(2, width), nn.Linear(width, width)])
        self.head = nn.Linear(width, 2)

    def forward(self, x):
        for layer in self.hidden:
            x = torch.relu(layer(x))
        return self.head(x)


model = Spirals()
# (lr, decay) from the config
optimizer = torch.optim.Adam(model.parameters(), lr=0.005, weight_decay=0.2)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(40):
    order = torch.randperm(n)
    correct, total = 0, 0.0
    for i in range(0, n, 50):
        pick = order[i : i + 50]
        scores = model(points[pick])
        loss = loss_fn(scores, side[pick])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        correct += (scores.argmax(1) == side[pick]).sum().item()
        total += loss.item() * len(pick)
    if epoch % 10 == 9:
        print(f"[{epoch + 1}/40] loss {total / n:.4f} accuracy {correct / n:.3f}")
