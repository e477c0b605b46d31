"""Which value belongs to the asked key?  A query attends over a small memory."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Attention(nn.Module):
    """dot / general attention: query [b, out, d], context [b, len, d]"""

    def __init__(self, dimensions, attention_type="general"):
        super().__init__()
        self.attention_type = attention_type
        if attention_type == "general":
            self.linear_in = nn.Linear(dimensions, dimensions, bias=False)
        self.linear_out = nn.Linear(dimensions * 2, dimensions, bias=False)
        self.softmax = nn.Softmax(dim=-1)

    def forward(self, query, context):
        b, out_len, d = query.shape
        q_len = context.shape[1]
        if self.attention_type == "general":
            query = self.linear_in(query.reshape(b * out_len, d)).reshape(b, out_len, d)
        scores = torch.bmm(query, context.transpose(1, 2).contiguous())
        weights = self.softmax(scores.view(b * out_len, q_len)).view(b, out_len, q_len)
        mix = torch.bmm(weights, context)
        comb = self.linear_out(torch.cat((mix, query), dim=2).view(b * out_len, 2 * d))
        return torch.tanh(comb).view(b, out_len, d), weights


class Reader(nn.Module):
    def __init__(self, keys, vals, d=32):
        super().__init__()
        self.key = nn.Embedding(keys, d)
        self.val = nn.Embedding(vals, d)
        self.att = Attention(d)
        self.out = nn.Linear(d, vals)

    def forward(self, ask, k, v):
        mem = self.key(k) + self.val(v)
        h, w = self.att(self.key(ask)[:, None], mem)
        return self.out(h[:, 0])


def batch(n, keys=5, vals=3, slots=3):
    k = torch.rand(n, keys).argsort(1)[:, :slots]
    v = torch.randint(0, vals, (n, slots))
    which = torch.randint(0, slots, (n,))
    return k[torch.arange(n), which], k, v, v[torch.arange(n), which]


model = Reader(5, 3, 24)
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for it in range(1, 2501):
    ask, k, v, y = batch(1)
    loss = F.cross_entropy(model(ask, k, v), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 500 == 0:
        print(it, "loss", round(loss.item(), 4))
with torch.no_grad():
    hit = [(model(a, k, v).argmax(1) == y).float().mean().item() for a, k, v, y in (batch(1) for _ in range(300))]
print("accuracy", sum(hit) / len(hit))
