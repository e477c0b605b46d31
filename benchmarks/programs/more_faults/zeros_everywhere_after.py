import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Scorer(nn.Module):
    def __init__(self, n_in, hidden=40, n_out=3):
        super().__init__()
        self.a = nn.Linear(n_in, hidden)
        self.b = nn.Linear(hidden, hidden)
        self.c = nn.Linear(hidden, n_out)
        self.reset_parameters()

    def reset_parameters(self):
        for layer in (self.a, self.b, self.c):
            nn.init.xavier_normal_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        return self.c(torch.tanh(self.b(torch.tanh(self.a(x)))))


torch.manual_seed(9)
kind = torch.randint(0, 3, (900,))
x = torch.randn(3, 15)[kind] + 0.7 * torch.randn(900, 15)
loader = DataLoader(TensorDataset(x, kind), batch_size=30, shuffle=True)
model = Scorer(15)
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(10):
    hits = 0
    for xb, yb in loader:
        out = model(xb)
        loss = nn.functional.cross_entropy(out, yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        hits += (out.argmax(1) == yb).sum().item()
    print(f"epoch {epoch} loss {loss.item():.4f} acc {hits / 900:.3f}")
