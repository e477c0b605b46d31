"""Point-wise recommender (matrix factorisation with biases, implicit feedback, negatives sampled)."""
import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
U, I, K = 120, 150, 6
taste = np.random.randn(U, K)
style = np.random.randn(I, K)
score = taste @ style.T + 0.8 * np.random.randn(U, I)
pos = [np.argsort(-score[u])[:24] for u in range(U)]
train_pos = [np.random.permutation(p)[:18] for p in pos]
test_pos = [np.setdiff1d(p, t) for p, t in zip(pos, train_pos)]


def sample(num_ng=2):
    rows = []
    for u in range(U):
        seen = set(train_pos[u])
        for i in train_pos[u]:
            rows.append((u, i, 1.0))
            for _ in range(num_ng):
                j = np.random.randint(I)
                while j in seen:
                    j = np.random.randint(I)
                rows.append((u, j, 0.0))
    return np.array(rows)


class MF(nn.Module):
    def __init__(self, users, items, factors=16):
        super().__init__()
        self.embed_user = nn.Embedding(users, factors)
        self.embed_item = nn.Embedding(items, factors)
        self.u_bias = nn.Embedding(users, 1)
        self.i_bias = nn.Embedding(items, 1)
        self.bias_ = nn.Parameter(torch.tensor([0.0]))
        nn.init.normal_(self.embed_user.weight, std=0.01)
        nn.init.normal_(self.embed_item.weight, std=0.01)
        nn.init.constant_(self.u_bias.weight, 0.0)
        nn.init.constant_(self.i_bias.weight, 0.0)
        self.criterion = nn.BCEWithLogitsLoss(reduction="sum")

    def forward(self, user, item):
        pred = (self.embed_user(user) * self.embed_item(item)).sum(-1, keepdim=True)
        pred = pred + self.u_bias(user) + self.i_bias(item) + self.bias_
        return torch.sigmoid(pred).view(-1)

    def calc_loss(self, user, item, label, reg_1=0.001, reg_2=0.001):
        loss = self.criterion(self.forward(user, item), label)
        loss = loss + reg_1 * (self.embed_user(user).abs().sum() + self.embed_item(item).abs().sum())
        return loss + reg_2 * (self.embed_user(user).norm() + self.embed_item(item).norm())


model = MF(U, I)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(1, 13):
    rows = sample()
    ds = TensorDataset(torch.tensor(rows[:, 0]).long(), torch.tensor(rows[:, 1]).long(),
                       torch.tensor(rows[:, 2]).float())
    cur = 0.0
    for user, item, label in DataLoader(ds, batch_size=128, shuffle=True):
        model.zero_grad()
        loss = model.calc_loss(user, item, label)
        loss.backward()
        optimizer.step()
        cur += loss.item()
    if epoch % 3 == 0:
        print(f"[Epoch {epoch:03d}] loss per row {cur / len(ds):.4f}")
with torch.no_grad():
    hits = 0
    for u in range(U):
        s = model(torch.full((I,), u), torch.arange(I))
        s[torch.tensor(train_pos[u])] = -1e9
        hits += np.isin(s.topk(10).indices.numpy(), test_pos[u]).sum()
    print("recall@10", round(hits / sum(len(t) for t in test_pos), 4), "(random about", round(10 / (I - 18), 3), ")")
