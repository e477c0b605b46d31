"""DeepSurv-like: Cox partial likelihood with censoring, concordance index."""
import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

N = 1500
X = torch.randn(N, 6)
risk = 1.2 * X[:, 0] - X[:, 1] + 0.8 * X[:, 2] ** 2
T = -torch.log(torch.rand(N)) * torch.exp(-risk)
C = torch.distributions.Exponential(0.4).sample((N,))
event = (T <= C).float()
time = torch.minimum(T, C)
print("observed events", round(event.mean().item(), 3))


def cox_ph_loss(log_h, time, event):
    order = time.argsort(descending=True)
    lh, e = log_h[order], event[order]
    log_cum = torch.logcumsumexp(lh, 0)
    return -((lh - log_cum) * e).sum() / e.sum()


def c_index(score, time, event):
    comparable = (time[:, None] < time[None]) & event.bool()[:, None]
    good = (score[:, None] > score[None]) & comparable
    return (good.sum() / comparable.sum()).item()


class DeepSurv(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(6, 32), nn.SELU(), nn.AlphaDropout(0.05), nn.Linear(32, 32), nn.SELU(), nn.Linear(32, 1, bias=False))

    def forward(self, x):
        return self.layers(x).squeeze(-1)


net = DeepSurv()
opt = torch.optim.NAdam(net.parameters(), lr=2e-3)
best, wait, best_state = 0.0, 0, None
for epoch in range(60):
    net.train()
    tot = 0
    for b in torch.randperm(1000).split(200):
        loss = cox_ph_loss(net(X[b]), time[b], event[b])
        opt.zero_grad(); loss.backward(); opt.step()
        tot += loss.item() / 5
    net.eval()
    with torch.no_grad():
        c = c_index(net(X[1000:1250]), time[1000:1250], event[1000:1250])
    if epoch % 10 == 0:
        print(f"epoch {epoch} loss {tot:.4f} val c-index {c:.4f}")
    if c > best:
        best, wait, best_state = c, 0, {k: v.clone() for k, v in net.state_dict().items()}
    else:
        wait += 1
        if wait >= 15:
            print("early stop at", epoch)
            break
net.load_state_dict(best_state)
with torch.no_grad():
    print("test c-index", round(c_index(net(X[1250:]), time[1250:], event[1250:]), 4),
          "true risk", round(c_index(risk[1250:], time[1250:], event[1250:]), 4))
