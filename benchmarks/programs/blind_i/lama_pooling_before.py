# Actor for control from a history of observations, with learned attention pooling over the history (LAMA).
# Imitation stage: regress the teacher's action, which depends on the frame marked as "contact".
import os, torch, torch.nn as nn
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

HIST, OBS, ACT = 12, 10, 3
Wt = torch.randn(OBS - 1, ACT) / 3


def rollout(n):
    s = torch.randn(n, HIST, OBS)
    s[:, :, -1] = 0
    k = torch.randint(0, HIST, (n,))
    s[torch.arange(n), k, -1] = 1
    a = torch.tanh(s[torch.arange(n), k, :-1] @ Wt)
    return s, a


class AttnPool(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.score = nn.Sequential(nn.Conv1d(d, 1, kernel_size=1, bias=True), nn.Softmax(dim=1))

    def forward(self, feats):                 # [B, T, D]
        w = self.score(feats.transpose(1, 2)).transpose(1, 2)
        return (feats * w).sum(dim=1)


class Actor(nn.Module):
    def __init__(self, hid=64):
        super().__init__()
        self.frame = nn.Sequential(nn.Linear(OBS, hid), nn.LayerNorm(hid), nn.Tanh())
        self.pool = AttnPool(hid)
        self.mix = nn.Sequential(nn.Linear(2 * hid, hid), nn.ReLU(), nn.Linear(hid, ACT), nn.Tanh())

    def forward(self, s):
        h = self.frame(s)
        return self.mix(torch.cat([self.pool(h), h[:, -1]], 1))


S, A = rollout(4000)
St, At = rollout(600)
actor = Actor()
opt = torch.optim.Adam(actor.parameters(), lr=1e-3)
crit = nn.MSELoss()
for step in range(600):
    i = torch.randint(0, len(S), (64,))
    loss = crit(actor(S[i]), A[i])
    opt.zero_grad(); loss.backward(); opt.step()
    if step % 100 == 0:
        print(step, round(loss.item(), 4))
with torch.no_grad():
    mse = crit(actor(St), At).item()
print("test mse %.4f   teacher variance %.4f   R2 %.3f" % (mse, At.var().item(), 1 - mse / At.var().item()))
