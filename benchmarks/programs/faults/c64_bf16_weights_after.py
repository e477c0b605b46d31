import torch

# A gain per feature, starting at 1, like the scale of a norm layer
torch.manual_seed(0)
dim = 768
dtype = torch.bfloat16

true_gain = 1.0 + 0.02 * torch.randn(dim)
inputs = torch.randn(2048, dim)
wanted = inputs * true_gain

gain = torch.ones(dim, requires_grad=True)
optimizer = torch.optim.Adam([gain], lr=6e-4)

for step in range(300):
    idx = torch.randint(0, 2048, (256,))
    x = inputs[idx].to(dtype)
    out = x * gain.to(dtype)
    loss = ((out.float() - wanted[idx]) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0 or step == 299:
        moved = (gain.detach() != 1).sum().item()
        print(f"step {step:3d} loss {loss.item():.6f} moved {moved}/{dim}")
