"""Remember the first symbol of a long sequence."""

import torch
from torch import nn


class Recall(nn.Module):
    def __init__(self, vocab=8, hidden=32):
        super().__init__()
        self.hidden = hidden
        self.embed = nn.Embedding(vocab, 16)
        self.rnn = nn.LSTM(16, hidden, batch_first=True)
        self.skip = nn.Linear(16, hidden)
        self.out = nn.Linear(hidden, vocab)

    def forward(self, tokens):
        e = self.embed(tokens)
        _, (h, _) = self.rnn(e)
        return self.out(h[-1] + torch.tanh(self.skip(e[:, 0])))


def main():
    torch.manual_seed(0)
    net = Recall()
    opt = torch.optim.Adam(net.parameters(), lr=3e-3)
    for step in range(400):
        tokens = torch.randint(0, 8, (32, 40))
        logits = net(tokens)
        loss = nn.functional.cross_entropy(logits, tokens[:, 0])
        opt.zero_grad()
        loss.backward()
        opt.step()
        if step % 50 == 49:
            acc = (logits.argmax(1) == tokens[:, 0]).float().mean().item()
            print(f"step {step + 1} loss {loss.item():.4f} acc {acc:.3f}")


main()
