"""Small transformer encoder: which token is the most frequent one in the sequence?"""
import argparse
import os
import torch
import torch.nn as nn

parser = argparse.ArgumentParser()
parser.add_argument("--d_model", type=int, default=32)
parser.add_argument("--nhead", type=int, default=4)
parser.add_argument("--layers", type=int, default=1)
parser.add_argument("--lr", type=float, default=2e-3)
parser.add_argument("--epochs", type=int, default=6)
parser.add_argument("--gamma", type=float, default=0.7)
args = parser.parse_args()

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

VOCAB, LENGTH = 6, 15


def generate(n):
    favourite = torch.randint(0, VOCAB, (n, 1))
    tokens = torch.randint(0, VOCAB, (n, LENGTH))
    keep = torch.rand(n, LENGTH) < 0.35
    tokens = torch.where(keep, favourite.expand(-1, LENGTH), tokens)
    counts = torch.nn.functional.one_hot(tokens, VOCAB).sum(1)
    return tokens, counts.argmax(1)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, args.d_model)
        self.pos = nn.Parameter(torch.randn(LENGTH, args.d_model) * 0.02)
        layer = nn.TransformerEncoderLayer(args.d_model, args.nhead, 64, dropout=0.0, batch_first=True)
        self.enc = nn.TransformerEncoder(layer, args.layers)
        self.cls = nn.Linear(args.d_model, VOCAB)

    def forward(self, tok):
        h = self.enc(self.emb(tok) + self.pos)
        return self.cls(h.mean(1))


train_x, train_y = generate(3200)
test_x, test_y = generate(500)
model = Encoder()
opt = torch.optim.Adam(model.parameters(), lr=args.lr)
scheduler = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=args.gamma)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(args.epochs):
    model.train()
    perm = torch.randperm(len(train_x))
    for k in range(0, len(perm), 64):
        i = perm[k:k + 64]
        loss = loss_fn(model(train_x[i]), train_y[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
        scheduler.step()
    model.eval()
    with torch.no_grad():
        acc = (model(test_x).argmax(1) == test_y).float().mean().item()
    print(f"epoch {epoch}  loss {loss.item():.4f}  test acc {acc:.3f}")
print("final test accuracy:", round(acc, 3))
