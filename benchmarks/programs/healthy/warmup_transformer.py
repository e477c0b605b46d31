"""Transformer encoder with linear warm-up from zero: sort a short sequence of digits."""

import math

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_len=64):
        super().__init__()
        pos = torch.arange(max_len).unsqueeze(1)
        div = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, d_model)
        pe[:, 0::2], pe[:, 1::2] = torch.sin(pos * div), torch.cos(pos * div)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[: x.size(1)]


class Sorter(nn.Module):
    def __init__(self, vocab=10, d_model=32):
        super().__init__()
        self.d_model = d_model
        self.embed = nn.Embedding(vocab, d_model)
        self.pos = PositionalEncoding(d_model)
        layer = nn.TransformerEncoderLayer(d_model, 4, 64, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers=2)
        self.decoder = nn.Linear(d_model, vocab)

    def forward(self, tokens):
        x = self.pos(self.embed(tokens) * math.sqrt(self.d_model))
        return self.decoder(self.encoder(x))


def main():
    torch.manual_seed(0)
    model = Sorter()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    warmup, total = 60, 500
    scheduler = LambdaLR(
        optimizer,
        lambda s: s / warmup if s < warmup else max(0.0, (total - s) / (total - warmup)),
    )
    criterion = nn.CrossEntropyLoss()
    for step in range(total):
        tokens = torch.randint(0, 10, (64, 8))
        goal = tokens.sort(dim=1).values
        logits = model(tokens)
        loss = criterion(logits.reshape(-1, 10), goal.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        if step % 100 == 99:
            acc = (logits.argmax(-1) == goal).float().mean().item()
            lr = scheduler.get_last_lr()[0]
            print(f"step {step + 1} lr {lr:.2e} loss {loss.item():.3f} token acc {acc:.3f}")


if __name__ == "__main__":
    main()
