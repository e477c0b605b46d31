# SIREN: sine activations with w0 = 30, fits a 1-d audio-like signal
import os, math
import torch
import torch.nn as nn
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class SineLayer(nn.Module):
    def __init__(self, i, o, first=False, w0=30.):
        super().__init__()
        self.lin, self.w0 = nn.Linear(i, o), w0
        b = 1 / i if first else math.sqrt(6 / i) / w0
        nn.init.uniform_(self.lin.weight, -b, b)

    def forward(self, x):
        return torch.sin(self.w0 * self.lin(x))


net = nn.Sequential(SineLayer(1, 64, True), SineLayer(64, 64), SineLayer(64, 64), nn.Linear(64, 1))
with torch.no_grad():
    b = math.sqrt(6 / 64) / 30
    net[-1].weight.uniform_(-b, b)
t = torch.linspace(-1, 1, 600).unsqueeze(1)
ph = torch.rand(3) * 6.28
sig = .5 * torch.sin(20 * t + ph[0]) + .3 * torch.sin(43 * t + ph[1]) * torch.exp(-2 * t ** 2) + .1 * torch.sin(70 * t + ph[2])
opt = torch.optim.Adam(net.parameters(), lr=1e-4)
for step in range(600):
    loss = ((net(t) - sig) ** 2).mean()
    opt.zero_grad(); loss.backward(); opt.step()
    if step % 100 == 0:
        print("step", step, "mse", round(loss.item(), 6))
print("psnr %.1f dB" % (10 * math.log10(1 / loss.item())))
