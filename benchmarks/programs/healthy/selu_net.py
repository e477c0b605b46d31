import torch
from torch import nn

torch.manual_seed(0)


class SNN(nn.Module):
    def __init__(self, n_in, width, depth, n_out):
        super().__init__()
        dims = [n_in] + [width] * depth
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in zip(dims, dims[1:]))
        self.out = nn.Linear(width, n_out)
        self.drop = nn.AlphaDropout(0.02)
        for lin in [*self.hidden, self.out]:
            nn.init.kaiming_normal_(lin.weight, nonlinearity="linear")
            nn.init.zeros_(lin.bias)

    def forward(self, x):
        for lin in self.hidden:
            x = self.drop(torch.selu(lin(x)))
        return self.out(x)


x = torch.randn(2400, 8)
logits = torch.stack([(x[:, :2] ** 2).sum(1) - 2, x[:, 2] - x[:, 3], x[:, 4] + x[:, 5]], 1)
y = logits.argmax(1)
net = SNN(8, 48, 8, 3)
opt = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
for epoch in range(15):
    net.train()
    for idx in torch.randperm(2000).split(50):
        loss = nn.functional.cross_entropy(net(x[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 5 == 4:
        net.eval()
        with torch.no_grad():
            acc = (net(x[2000:]).argmax(1) == y[2000:]).float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.3f} acc {acc:.3f}")
