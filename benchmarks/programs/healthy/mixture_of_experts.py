import torch
import torch.nn as nn
import torch.nn.functional as F


class Expert(nn.Module):
    def __init__(self, d_in, d_hid, d_out):
        super().__init__()
        self.up = nn.Linear(d_in, d_hid)
        self.down = nn.Linear(d_hid, d_out)

    def forward(self, x):
        return self.down(F.gelu(self.up(x)))


class Top1MoE(nn.Module):
    """Each sample goes to its best expert only."""

    def __init__(self, d_in, d_hid, d_out, n_experts):
        super().__init__()
        self.router = nn.Linear(d_in, n_experts)
        self.experts = nn.ModuleList(Expert(d_in, d_hid, d_out) for _ in range(n_experts))

    def forward(self, x):
        probs = F.softmax(self.router(x), dim=-1)
        gate, chosen = probs.max(dim=-1)
        out = x.new_zeros(x.size(0), self.experts[0].down.out_features)
        for k, expert in enumerate(self.experts):
            rows = (chosen == k).nonzero(as_tuple=True)[0]
            if len(rows):
                out = out.index_add(0, rows, gate[rows, None] * expert(x[rows]))
        load = F.one_hot(chosen, probs.size(1)).float().mean(0)
        balance = probs.size(1) * (load * probs.mean(0)).sum()
        return out, balance


torch.manual_seed(5)
centers = 3 * torch.randn(4, 8)
maps = torch.randn(4, 8, 3) / 8**0.5
which = torch.randint(0, 4, (1200,))
x = centers[which] + torch.randn(1200, 8)
y = torch.einsum("nd,ndk->nk", x - centers[which], maps[which])
x = (x - x.mean(0)) / x.std(0)

moe = Top1MoE(8, 24, 3, n_experts=8)
opt = torch.optim.AdamW(moe.parameters(), lr=3e-3)
for epoch in range(40):
    running = 0.0
    for idx in torch.randperm(1200).split(24):
        pred, balance = moe(x[idx])
        mse = F.mse_loss(pred, y[idx])
        loss = mse + 0.01 * balance
        opt.zero_grad()
        loss.backward()
        opt.step()
        running += mse.item() * len(idx)
    if epoch % 8 == 7:
        print(f"epoch {epoch + 1} mse {running / 1200:.4f} (variance {y.var().item():.2f})")
