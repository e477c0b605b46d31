"""Learning to rank, listwise (ListNet) on synthetic queries; reports NDCG@5."""
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

Q, DOCS, FEAT = 500, 12, 10
X = torch.randn(Q, DOCS, FEAT)
w = torch.randn(FEAT)
raw = X @ w / w.norm() + X[..., 0] * X[..., 1] + 0.2 * torch.randn(Q, DOCS)
rel = torch.bucketize(raw, torch.tensor([-0.5, 0.7, 1.6, 2.4])).float()


def ndcg(scores, rel, k=5):
    disc = 1 / torch.log2(torch.arange(k) + 2.0)
    top = rel.gather(1, scores.topk(k, dim=1).indices)
    ideal = rel.topk(k, dim=1).values
    dcg = ((2 ** top - 1) * disc).sum(1)
    idcg = ((2 ** ideal - 1) * disc).sum(1).clamp(min=1e-6)
    return (dcg / idcg).mean().item()


class Ranker(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(FEAT, 64), nn.ELU(), nn.Linear(64, 32), nn.ELU(), nn.Linear(32, 1))

    def forward(self, x):
        return self.f(x).squeeze(-1)


model = Ranker()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=400)
print("NDCG@5 at start", round(ndcg(model(X[400:]), rel[400:]), 4))
for step in range(400):
    q = torch.randint(0, 400, (32,))
    s = model(X[q])
    loss = -(torch.softmax(rel[q], 1) * torch.log_softmax(s, 1)).sum(1).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    sched.step()
    if step % 80 == 0:
        print(f"{step:4d} listnet {loss.item():.4f}")
with torch.no_grad():
    print("NDCG@5 on held-out queries", round(ndcg(model(X[400:]), rel[400:]), 4))
