"""Text classifier driven by a config; gradient clipping handled by the trainer."""
import os
from dataclasses import dataclass
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


@dataclass
class Config:
    vocab: int = 300
    seq: int = 20
    classes: int = 4
    lr: float = 1e-3
    epochs: int = 6
    batch: int = 32
    max_clip_norm: float = 0.0


class DocNN(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.embed = nn.Embedding(cfg.vocab, 32)
        self.convs = nn.ModuleList([nn.Conv1d(32, 24, k) for k in (2, 3, 4)])
        self.decoder = nn.Linear(72, cfg.classes)

    def forward(self, tokens):
        e = self.embed(tokens).transpose(1, 2)
        h = torch.cat([F.relu(c(e)).max(dim=2)[0] for c in self.convs], 1)
        return self.decoder(h)


class Trainer:
    def __init__(self, model, cfg):
        self.model, self.cfg = model, cfg
        self.optimizer = torch.optim.Adam(model.parameters(), lr=cfg.lr)

    def clip(self):
        if self.cfg.max_clip_norm is not None:
            return nn.utils.clip_grad_norm_(self.model.parameters(), self.cfg.max_clip_norm)

    def run_epoch(self, x, y):
        tot = 0.0
        for idx in torch.randperm(len(x)).split(self.cfg.batch):
            self.optimizer.zero_grad()
            loss = F.cross_entropy(self.model(x[idx]), y[idx])
            loss.backward()
            self.clip()
            self.optimizer.step()
            tot += loss.item() * len(idx)
        return tot / len(x)


cfg = Config()
y = torch.randint(0, cfg.classes, (2000,))
x = torch.randint(0, cfg.vocab, (2000, cfg.seq))
for i in range(len(x)):
    pos = torch.randperm(cfg.seq)[:4]
    x[i, pos] = y[i] * 15 + torch.randint(0, 15, (4,))
trainer = Trainer(DocNN(cfg), cfg)
for epoch in range(cfg.epochs):
    print("epoch", epoch, "loss", round(trainer.run_epoch(x[:1600], y[:1600]), 4))
with torch.no_grad():
    print("eval accuracy", (trainer.model(x[1600:]).argmax(1) == y[1600:]).float().mean().item())
