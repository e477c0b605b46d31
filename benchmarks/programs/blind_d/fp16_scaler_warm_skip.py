# float16 autocast with a large initial loss scale
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

W = torch.randn(20, 4, generator=torch.Generator().manual_seed(8))


def batch(n):
    x = torch.randn(n, 20)
    return x, (torch.tanh(x @ W) + 0.3 * x[:, :4] ** 2).argmax(1)


net = nn.Sequential(nn.Linear(20, 96), nn.ReLU(), nn.LayerNorm(96), nn.Linear(96, 96), nn.ReLU(), nn.Linear(96, 4))
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
scaler = torch.amp.GradScaler("cpu", init_scale=2.0 ** 20, growth_interval=100)
skipped = 0
for step in range(400):
    x, y = batch(64)
    opt.zero_grad()
    with torch.autocast("cpu", dtype=torch.float16):
        loss = nn.functional.cross_entropy(net(x), y)
    scaler.scale(loss).backward()
    scaler.unscale_(opt)
    nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    scaler.step(opt)
    before = scaler.get_scale()
    scaler.update()
    skipped += scaler.get_scale() < before
    if step % 80 == 0:
        print(f"step {step} loss {loss.item():.4f} scale {scaler.get_scale():.0f}")
net.eval()
with torch.no_grad():
    x, y = batch(3000)
    acc = (net(x).argmax(1) == y).float().mean().item()
print(f"accuracy {acc:.3f} skipped steps {skipped}")
