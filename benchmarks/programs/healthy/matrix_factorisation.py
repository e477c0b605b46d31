import torch
import torch.nn as nn

torch.manual_seed(0)
n_users, n_items, rank = 120, 80, 4


class MF(nn.Module):
    def __init__(self, n_users, n_items, k=8, mean=0.0):
        super().__init__()
        self.user_factors = nn.Embedding(n_users, k)
        self.item_factors = nn.Embedding(n_items, k)
        self.user_bias = nn.Embedding(n_users, 1)
        self.item_bias = nn.Embedding(n_items, 1)
        self.mean = mean
        for e in (self.user_factors, self.item_factors):
            nn.init.normal_(e.weight, std=0.1)
        for e in (self.user_bias, self.item_bias):
            nn.init.zeros_(e.weight)

    def forward(self, u, i):
        dot = (self.user_factors(u) * self.item_factors(i)).sum(1)
        return self.mean + dot + self.user_bias(u).squeeze(1) + self.item_bias(i).squeeze(1)


U, V = torch.randn(n_users, rank) * 0.6, torch.randn(n_items, rank) * 0.6
full = 3 + U @ V.t() + 0.4 * torch.randn(n_users, 1) + 0.1 * torch.randn(n_users, n_items)
seen = torch.rand(n_users, n_items) < 0.5
u, i = seen.nonzero(as_tuple=True)
r = full[seen]
perm = torch.randperm(len(r))
cut = int(0.9 * len(r))
tr, te = perm[:cut], perm[cut:]

model = MF(n_users, n_items, mean=r[tr].mean().item())
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=1e-5)
for epoch in range(25):
    total = 0
    for batch in tr[torch.randperm(cut)].split(128):
        loss = ((model(u[batch], i[batch]) - r[batch]) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    if epoch % 5 == 4:
        with torch.no_grad():
            rmse = (model(u[te], i[te]) - r[te]).pow(2).mean().sqrt().item()
        print(f"epoch {epoch + 1} train mse {total / cut:.4f} test rmse {rmse:.3f}")
print("std of ratings", r.std().item())
