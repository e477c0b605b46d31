"""Linear multi-label model on spectra; weights set to zero at the start (a question was whether that can work)."""
import os
import torch
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
M, WINDOW = 12, 256


def windows(n):
    notes = (torch.rand(n, M) < 0.2).float()
    t = torch.arange(WINDOW) / WINDOW
    freq = 8 + 7 * torch.arange(M).float()
    phase = torch.rand(n, M, 1) * 6.2832
    wave = (notes.unsqueeze(2) * torch.sin(6.2832 * freq[None, :, None] * t + phase)).sum(1)
    return wave + 0.3 * torch.randn(n, WINDOW), notes


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(WINDOW // 2 + 1, M, bias=False)
        torch.nn.init.constant_(self.linear.weight, 0)

    def forward(self, x):
        spec = torch.fft.rfft(x).abs() / WINDOW ** 0.5
        return self.linear(torch.log(1 + spec))


def L(yhat, y):
    return F.mse_loss(yhat, y) * 128 / 2.


x, y = windows(2000)
xt, yt = windows(400)
model = Model()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.95)
for epoch in range(25):
    perm = torch.randperm(len(x))
    for k in range(0, len(x), 100):
        i = perm[k:k + 100]
        loss = L(model(x[i]), y[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 4 == 0:
        print(epoch, "square loss", round(loss.item(), 4))
with torch.no_grad():
    pred = model(xt) > 0.5
    tp = (pred & yt.bool()).sum().item()
    print("F1 %.3f" % (2 * tp / (pred.sum().item() + yt.sum().item())))
