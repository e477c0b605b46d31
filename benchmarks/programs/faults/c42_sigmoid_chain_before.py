# Notebook: what happens to the gradient in a deep network?

# %%
import torch
from torch import nn

torch.manual_seed(123)
depth, width = 20, 100

# %%
layers = []
for _ in range(depth):
    layers += [nn.Linear(width, width), nn.Sigmoid()]
layers.append(nn.Linear(width, 1))
net = nn.Sequential(*layers)

# %%
x = torch.randn(512, width)
w_true = torch.randn(width, 1) / width**0.5
y = torch.sin(2 * x @ w_true) + 0.5 * (x @ w_true)

# %%
optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
loss_fn = nn.MSELoss()
history = []
for step in range(400):
    batch = torch.randint(0, 512, (64,))
    optimizer.zero_grad()
    loss = loss_fn(net(x[batch]), y[batch])
    loss.backward()
    optimizer.step()
    history.append(loss.item())
    if step % 100 == 0:
        print(step, loss.item())

# %%
for i, layer in enumerate(net):
    if isinstance(layer, nn.Linear):
        print(i, "mean |grad|", layer.weight.grad.abs().mean().item())
print("last 50 steps:", sum(history[-50:]) / 50, " variance of y:", y.var().item())
