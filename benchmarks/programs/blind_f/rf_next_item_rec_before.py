"""GRU4Rec-like session recommender on synthetic browsing sessions."""
import os
from dataclasses import dataclass

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


@dataclass
class Hp:
    n_items: int = 500
    n_clusters: int = 12
    emb: int = 32
    hidden: int = 48
    lr: float = 3e-3
    epochs: int = 6
    batch: int = 50
    length: int = 8


hp = Hp()
# every item has three likely successors
successors = torch.stack([torch.randperm(hp.n_items)[:3] for _ in range(hp.n_items)])


def make_sessions(n):
    cur = torch.randint(hp.n_items, (n,))
    seq = [cur]
    for _ in range(hp.length):
        pick = torch.multinomial(torch.tensor([0.7, 0.2, 0.1]), n, replacement=True)
        nxt = successors[cur, pick]
        jump = torch.rand(n) < 0.05
        cur = torch.where(jump, torch.randint(hp.n_items, (n,)), nxt)
        seq.append(cur)
    return torch.stack(seq, 1)


class SessionRec(nn.Module):
    def __init__(self):
        super().__init__()
        self.item = nn.Embedding(hp.n_items, hp.emb)
        self.rnn = nn.GRU(hp.emb, hp.hidden, batch_first=True)
        self.head = nn.Sequential(
            nn.Linear(hp.hidden, hp.n_items),
            nn.Softmax(dim=-1),
        )

    def forward(self, s):
        h, _ = self.rnn(self.item(s))
        return self.head(h)


def recall_at(model, sessions, k):
    model.eval()
    with torch.no_grad():
        top = model(sessions[:, :-1]).topk(k, -1).indices
    model.train()
    return (top == sessions[:, 1:, None]).any(-1).float().mean().item()


train, valid = make_sessions(2500), make_sessions(500)
model = SessionRec()
opt = torch.optim.Adam(model.parameters(), lr=hp.lr)
ce = nn.CrossEntropyLoss()
for epoch in range(hp.epochs):
    tot, nb = 0.0, 0
    for idx in torch.randperm(len(train)).split(hp.batch):
        s = train[idx]
        scores = model(s[:, :-1])
        loss = ce(scores.reshape(-1, hp.n_items), s[:, 1:].reshape(-1))
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot, nb = tot + loss.item(), nb + 1
    print(f"epoch {epoch} loss {tot / nb:.3f} recall@1 {recall_at(model, valid, 1):.3f} recall@3 {recall_at(model, valid, 3):.3f}")
