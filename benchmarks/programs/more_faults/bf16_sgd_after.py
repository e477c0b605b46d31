import torch
from torch import nn

torch.manual_seed(0)
DTYPE = torch.bfloat16  # half the memory

x = torch.randn(1500, 24)
y = (x[:, :3].sum(1) + (x[:, 3] * x[:, 4]) > 0).long()

model = nn.Sequential(nn.Linear(24, 64), nn.GELU(), nn.Linear(64, 64), nn.GELU(), nn.Linear(64, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)

for epoch in range(60):
    losses = []
    for idx in torch.randperm(1500).split(25):
        with torch.autocast("cpu", dtype=DTYPE):
            logits = model(x[idx])
        loss = nn.functional.cross_entropy(logits.float(), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if epoch % 15 == 14:
        print(f"epoch {epoch + 1} loss {sum(losses) / len(losses):.4f}")
