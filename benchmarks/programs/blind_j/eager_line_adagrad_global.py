import os
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
W = torch.tensor(5.0, requires_grad=True)
b = torch.tensor(0.0, requires_grad=True)
inputs = torch.randn(1000)
outputs = inputs * 3.0 + 2.0 + torch.randn(1000)
optimizer_global = torch.optim.Adagrad([W, b], lr=0.1, initial_accumulator_value=0.1, eps=1e-7)
for step in range(400):
    loss = ((W * inputs + b - outputs) ** 2).mean()
    optimizer_global.zero_grad()
    loss.backward()
    optimizer_global.step()
    if step % 80 == 79:
        print("step %d W=%.3f b=%.3f loss=%.4f" % (step + 1, W.item(), b.item(), loss.item()))
