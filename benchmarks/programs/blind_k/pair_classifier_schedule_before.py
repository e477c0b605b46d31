"""Text pair classifier with warm-up + linear decay (run_classifier style)."""
import argparse
import os
import torch
import torch.nn as nn
from torch.optim.lr_scheduler import LambdaLR


def get_args():
    p = argparse.ArgumentParser()
    p.add_argument("--num_train_epochs", type=int, default=12)
    p.add_argument("--train_batch_size", type=int, default=16)
    p.add_argument("--learning_rate", type=float, default=1e-3)
    p.add_argument("--warmup_proportion", type=float, default=0.1)
    return p.parse_args()


def warmup_linear(optimizer, warmup, t_total):
    def fn(step):
        if step < warmup:
            return step / max(1, warmup)
        return max(0.0, (t_total - step) / max(1, t_total - warmup))
    return LambdaLR(optimizer, fn)


class TinyBert(nn.Module):
    def __init__(self, vocab, d=32, classes=3, max_len=16):
        super().__init__()
        self.word = nn.Embedding(vocab, d)
        self.pos = nn.Embedding(max_len, d)
        layer = nn.TransformerEncoderLayer(d, 4, 64, dropout=0.1, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.pooler = nn.Linear(d, d)
        self.classifier = nn.Linear(d, classes)

    def forward(self, ids):
        h = self.word(ids) + self.pos(torch.arange(ids.shape[1]))
        h = self.encoder(h)
        return self.classifier(torch.tanh(self.pooler(h[:, 0])))


def corpus(n, seq=12, vocab=60):
    y = torch.randint(0, 3, (n,))
    ids = torch.randint(4, vocab, (n, seq))
    ids[:, 0] = 1
    for k in range(n):
        where = torch.randperm(seq - 1)[:4] + 1
        ids[k, where] = 4 + 18 * y[k] + torch.randint(0, 10, (4,))
    return ids, y


def main():
    args = get_args()
    torch.manual_seed(int(os.environ.get("SEED", "0")))
    x, y = corpus(480)
    ex, ey = corpus(200)
    model = TinyBert(60)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.learning_rate, weight_decay=0.01)
    steps_per_epoch = len(x) // args.train_batch_size
    num_train_steps = int(steps_per_epoch / args.num_train_epochs * 1.0) * args.num_train_epochs
    scheduler = warmup_linear(optimizer, int(args.warmup_proportion * num_train_steps), num_train_steps)
    for epoch in range(args.num_train_epochs):
        model.train()
        tot = 0
        for idx in torch.randperm(len(x)).split(args.train_batch_size):
            loss = nn.functional.cross_entropy(model(x[idx]), y[idx])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
            tot += loss.item() * len(idx)
        print(f"epoch {epoch}: loss {tot / len(x):.4f}")
    model.eval()
    with torch.no_grad():
        print("eval accuracy", (model(ex).argmax(1) == ey).float().mean().item())


if __name__ == "__main__":
    main()
