"""BiLSTM-CRF tagger, forward algorithm and Viterbi written out."""
import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
V, TAGS, T = 20, 4, 10
trans_true = torch.tensor([[.1, .7, .1, .1], [.1, .1, .7, .1], [.1, .1, .1, .7], [.7, .1, .1, .1]])
emit_true = torch.softmax(1.2 * torch.randn(TAGS, V), 1)


def batch(n):
    tags = [torch.randint(0, TAGS, (n,))]
    for _ in range(T - 1):
        tags.append(torch.multinomial(trans_true[tags[-1]], 1)[:, 0])
    y = torch.stack(tags, 1)
    x = torch.multinomial(emit_true[y.flatten()], 1).view(n, T)
    return x, y


class CRF(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(V, 16)
        self.rnn = nn.LSTM(16, 16, bidirectional=True, batch_first=True)
        self.emit = nn.Linear(32, TAGS)
        self.trans = nn.Parameter(torch.zeros(TAGS, TAGS))
        self.start = nn.Parameter(torch.zeros(TAGS))

    def scores(self, x):
        return self.emit(self.rnn(self.emb(x))[0])

    def nll(self, x, y):
        e = self.scores(x)
        gold = self.start[y[:, 0]] + e.gather(2, y[..., None]).squeeze(2).sum(1) + self.trans[y[:, :-1], y[:, 1:]].sum(1)
        alpha = self.start + e[:, 0]
        for t in range(1, T):
            alpha = torch.logsumexp(alpha[:, :, None] + self.trans, 1) + e[:, t]
        return (torch.logsumexp(alpha, 1) - gold).mean()

    @torch.no_grad()
    def viterbi(self, x):
        e = self.scores(x)
        d, back = self.start + e[:, 0], []
        for t in range(1, T):
            m, a = (d[:, :, None] + self.trans).max(1)
            d = m + e[:, t]
            back.append(a)
        tag = d.argmax(1)
        out = [tag]
        for a in reversed(back):
            tag = a.gather(1, tag[:, None])[:, 0]
            out.insert(0, tag)
        return torch.stack(out, 1)


model = CRF()
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
for step in range(160):
    x, y = batch(48)
    loss = model.nll(x, y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 30 == 0:
        print(step, "nll per sentence", round(loss.item(), 4))
x, y = batch(500)
single = (emit_true[:, x.flatten()].argmax(0).view_as(y) == y).float().mean().item()
print("tag accuracy", round((model.viterbi(x) == y).float().mean().item(), 4), "best per-word guess", round(single, 4))
