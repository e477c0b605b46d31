import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
N = 8


def sinkhorn(logits, tau=0.3, iters=15):
    la = logits / tau
    for _ in range(iters):
        la = la - torch.logsumexp(la, 2, keepdim=True)
        la = la - torch.logsumexp(la, 1, keepdim=True)
    return la.exp()


class Sorter(nn.Module):
    """learns to sort numbers: each number votes for its place"""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, N))

    def forward(self, x):
        return sinkhorn(self.net(x[..., None]))      # batch, element, place


model = Sorter()
optimizer = torch.optim.Adam(model.parameters(), lr=6e-3)
for step in range(350):
    x = torch.rand(64, N)
    x = (x - 0.5) * 3.4
    P = model(x)
    recon = torch.einsum("bep,be->bp", P, x)
    loss = (recon - x.sort(1).values).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print("step", step, "loss", round(loss.item(), 5))
with torch.no_grad():
    x = (torch.rand(500, N) - 0.5) * 3.4
    place = model(x).argmax(2)
    acc = (place == x.argsort(1).argsort(1)).float().mean().item()
print("elements in their right place", round(acc, 4), "chance", 1 / N)
