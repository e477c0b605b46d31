"""Trajectory prediction for pedestrians with learned grouping (pairwise distance -> soft membership)."""
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
OBS, PRED, PED = 8, 4, 6


def scenes(n):
    # two walking groups; members follow the shared velocity of their group, observed noisily
    g = torch.randint(0, 2, (n, PED))
    v = 0.4 * torch.randn(n, 2, 2)
    vel = torch.gather(v, 1, g[..., None].expand(-1, -1, 2))
    start = torch.gather(8 * torch.randn(n, 2, 2), 1, g[..., None].expand(-1, -1, 2)) + 0.6 * torch.randn(n, PED, 2)
    t = torch.arange(OBS + PRED).float()
    path = start[:, :, None] + vel[:, :, None] * t[:, None]
    obs = path[:, :, :OBS] + 0.25 * torch.randn(n, PED, OBS, 2)
    return obs, path[:, :, OBS:]


class GroupWrapper(nn.Module):
    def __init__(self, d=32, tau=0.1):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear((OBS - 1) * 2, d), nn.ReLU(), nn.Linear(d, d))
        self.group_cnn = nn.Linear(2, 2)
        with torch.no_grad():
            self.group_cnn.weight.copy_(torch.eye(2))
        self.th = nn.Parameter(torch.tensor(1.0))
        self.tau = tau
        self.dec = nn.Sequential(nn.Linear(2 * d, d), nn.ReLU(), nn.Linear(d, PRED * 2))

    def forward(self, obs):
        where = self.group_cnn(obs.mean(2))
        dist_mat = (where[:, :, None] - where[:, None]).pow(2).sum(-1)
        sig = 1 / (1 + ((dist_mat - self.th) / self.tau).exp())
        w = sig / sig.sum(-1, keepdim=True)
        h = self.enc((obs[:, :, 1:] - obs[:, :, :-1]).flatten(2))
        step = self.dec(torch.cat([h, w @ h], -1)).view(*obs.shape[:2], PRED, 2)
        return obs[:, :, -1:] + step.cumsum(2)


net = GroupWrapper()
optimizer = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)
obs, fut = scenes(512)
for epoch in range(25):
    run, seen = 0.0, 0
    for idx in torch.randperm(512).split(32):
        pred = net(obs[idx])
        loss = (pred - fut[idx]).norm(dim=-1).mean()
        if torch.isnan(loss):
            loss = torch.zeros((), requires_grad=True)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        run += loss.item()
        seen += 1
    if epoch % 5 == 0:
        print(f"epoch {epoch} train_loss {run / seen:.4f}")
obs, fut = scenes(200)
with torch.no_grad():
    ade = (net(obs) - fut).norm(dim=-1).mean()
    stay = (obs[:, :, -1:] - fut).norm(dim=-1).mean()
print("ADE", ade.item(), "(standing still:", stay.item(), ")")
