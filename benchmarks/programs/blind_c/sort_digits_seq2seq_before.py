import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

VOCAB, LEN = 10, 6
SOS = VOCAB
GRAD_CLIP = 0.001


class Seq2Seq(nn.Module):
    def __init__(self, emb=24, hid=64):
        super().__init__()
        self.emb = nn.Embedding(VOCAB + 1, emb)
        self.encoder = nn.GRU(emb, hid, batch_first=True)
        self.decoder = nn.GRU(emb, hid, batch_first=True)
        self.proj = nn.Linear(hid, VOCAB)

    def forward(self, src, tgt_in):
        _, h = self.encoder(self.emb(src))
        out, _ = self.decoder(self.emb(tgt_in), h)
        return self.proj(out)


def get_batch(n):
    src = torch.randint(0, VOCAB, (n, LEN))
    tgt = src.sort(dim=1).values
    tgt_in = torch.cat([torch.full((n, 1), SOS), tgt[:, :-1]], dim=1)
    return src, tgt_in, tgt


def train(model, steps=500):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    criterion = nn.CrossEntropyLoss()
    for step in range(steps):
        src, tgt_in, tgt = get_batch(32)
        optimizer.zero_grad()
        logits = model(src, tgt_in)
        loss = criterion(logits.reshape(-1, VOCAB), tgt.reshape(-1))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), GRAD_CLIP)
        optimizer.step()
        if step % 100 == 0 or step == steps - 1:
            print(f"step {step} loss {loss.item():.3f}")


model = Seq2Seq()
train(model)
src, tgt_in, tgt = get_batch(400)
with torch.no_grad():
    acc = (model(src, tgt_in).argmax(-1) == tgt).float().mean().item()
print(f"token accuracy (teacher forced, sorting): {acc:.3f}")
