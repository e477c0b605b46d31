import torch
import torch.nn as nn

torch.manual_seed(0)
use_amp = True

x = torch.randn(2400, 30)
w = torch.randn(30, 5)
y = (x @ w + 0.2 * torch.randn(2400, 5)).argmax(1)

net = nn.Sequential(nn.Linear(30, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 5))
opt = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)
scaler = torch.amp.GradScaler("cpu", enabled=use_amp, growth_interval=100)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(9):
    for idx in torch.randperm(2000).split(50):
        with torch.autocast("cpu", dtype=torch.float16, enabled=use_amp):
            loss = loss_fn(net(x[idx]), y[idx])
        scaler.scale(loss).backward()
        scaler.unscale_(opt)
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        scaler.step(opt)
        scaler.update()
        opt.zero_grad(set_to_none=True)
    if epoch % 3 == 2:
        with torch.no_grad():
            acc = (net(x[2000:]).argmax(1) == y[2000:]).float().mean().item()
        print(
            f"epoch {epoch + 1} loss {loss.item():.3f} acc {acc:.3f} scale {scaler.get_scale():.0f}"
        )
