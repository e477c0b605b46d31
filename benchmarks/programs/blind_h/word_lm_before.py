"""Word level language model: embedding, GRU, decoder; truncated backpropagation over 16 tokens."""
import math
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
NTOKEN, BPTT, BATCH = 60, 16, 20

# corpus: a second order Markov source over 60 words
succ = torch.randint(0, NTOKEN, (NTOKEN, 3))
tok = [0]
for _ in range(16000):
    tok.append(int(succ[tok[-1], torch.randint(0, 3, (1,))]) if torch.rand(1) < 0.95 else int(torch.randint(0, NTOKEN, (1,))))
tok = torch.tensor(tok)
train = tok[:14000].view(BATCH, -1).t().contiguous()
valid = tok[14000:16000].view(BATCH, -1).t().contiguous()


class RNNModel(nn.Module):
    def __init__(self, ninp=32, nhid=48):
        super().__init__()
        self.encoder = nn.Embedding(NTOKEN, ninp)
        self.rnn = nn.GRU(ninp, nhid)
        self.decoder = nn.Linear(nhid, NTOKEN)
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.uniform_(self.decoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)

    def forward(self, x, h):
        out, h = self.rnn(self.encoder(x), h)
        return self.decoder(out).view(-1, NTOKEN), h


def evaluate():
    model.eval()
    with torch.no_grad():
        out, _ = model(valid[:-1], None)
        return criterion(out, valid[1:].reshape(-1)).item(), (out.argmax(1) == valid[1:].reshape(-1)).float().mean().item()


model = RNNModel()
criterion = nn.NLLLoss()
lr = 5.0
for epoch in range(1, 9):
    model.train()
    hidden = None
    total, n = 0.0, 0
    for i in range(0, train.size(0) - 1, BPTT):
        L = min(BPTT, train.size(0) - 1 - i)
        model.zero_grad()
        hidden = hidden.detach() if hidden is not None else None
        out, hidden = model(train[i:i + L], hidden)
        loss = criterion(out, train[i + 1:i + 1 + L].reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        for p in model.parameters():
            p.data.add_(p.grad, alpha=-lr)
        total += loss.item()
        n += 1
    val, acc = evaluate()
    print(f"| epoch {epoch} | loss {total / n:10.3f} | valid loss {val:10.3f} | valid ppl {math.exp(min(val, 50)):8.2f} | next-word acc {acc:.3f}")
