import torch
from torch import nn

# rate of an exponential waiting time, learned by maximum likelihood
torch.manual_seed(0)
x = torch.randn(1000, 4)
true_rate = torch.exp(1.5 * x[:, 0] - 1.2 * x[:, 1])
waiting = -torch.log(1 - torch.rand(1000)) / true_rate


class Rate(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 32)
        self.out = nn.Linear(32, 1)

    def forward(self, x):
        h = torch.tanh(self.hidden(x))
        return torch.exp(self.out(h)).squeeze(1)


def negative_log_likelihood(rate, t):
    return (rate * t - torch.log(rate)).mean()


model = Rate()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(20):
    total = 0.0
    for idx in torch.randperm(1000).split(50):
        loss = negative_log_likelihood(model(x[idx]), waiting[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} nll {total / 20:.4f}")
best = negative_log_likelihood(true_rate, waiting).item()
print(f"nll of the true rate {best:.4f}")
