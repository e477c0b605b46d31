"""Word LM after the well known example: plain SGD with a rate of 20, annealed, gradients clipped at 0.25."""
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
V, BPTT, B = 50, 20, 20
succ = torch.randint(0, V, (V, 2))
c = [0]
coin = torch.rand(15000)
for r in coin.tolist():
    c.append(int(succ[c[-1], int(r * 20) % 2]) if r < 0.95 else int(r * 1e4) % V)
c = torch.tensor(c[:15000])
train, valid = c[:13000].view(B, -1).t(), c[13000:].view(B, -1).t()


class RNNModel(nn.Module):
    def __init__(self, nhid=64):
        super().__init__()
        self.drop = nn.Dropout(0.2)
        self.encoder = nn.Embedding(V, nhid)
        self.rnn = nn.LSTM(nhid, nhid)
        self.decoder = nn.Linear(nhid, V)
        self.decoder.weight = self.encoder.weight
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)

    def forward(self, x, h=None):
        o, h = self.rnn(self.drop(self.encoder(x)), h)
        return torch.log_softmax(self.decoder(self.drop(o)).view(-1, V), 1), h


model, criterion = RNNModel(), nn.NLLLoss()
lr, best = 20.0, None
for epoch in range(1, 9):
    model.train()
    h, tot, n = None, 0.0, 0
    for i in range(0, len(train) - 1, BPTT):
        L = min(BPTT, len(train) - 1 - i)
        model.zero_grad()
        if h is not None:
            h = tuple(v.detach() for v in h)
        out, h = model(train[i:i + L], h)
        loss = criterion(out, train[i + 1:i + 1 + L].reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        for p in model.parameters():
            p.data.add_(p.grad, alpha=-lr)
        tot, n = tot + loss.item(), n + 1
    model.eval()
    with torch.no_grad():
        val = criterion(model(valid[:-1])[0], valid[1:].reshape(-1)).item()
    print(f"epoch {epoch} lr {lr} loss {tot / n:.3f} valid loss {val:.3f} ppl {2.718281828 ** val:.2f}")
    if best is None or val < best:
        best = val
    else:
        lr /= 4.0
print(f"best valid loss {best:.3f} (uniform: 3.912)")
