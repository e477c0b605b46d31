# -*- coding: utf-8 -*-
"""序列标注: BiLSTM tagger on a synthetic grammar (标签依赖左右上下文)."""
import os
import random

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

VOCAB, TAGS, LEN = 40, 5, 12
CFG = dict(emb=24, hidden=32, lr=2e-3, batch=32, epochs=12, gamma=0.93)


def make_corpus(n):
    x = torch.randint(VOCAB, (n, LEN))
    kind = x % 4
    left = torch.roll(kind, 1, 1)
    left[:, 0] = 0
    right = torch.roll(kind, -1, 1)
    right[:, -1] = 0
    # 标签规则: 0 类词看左边, 1 类词看右边, 其余固定
    y = torch.where(kind == 0, left % 3, torch.where(kind == 1, right % 3, kind + 1))
    return x, y


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, CFG["emb"])
        self.lstm = nn.LSTM(CFG["emb"], CFG["hidden"], batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(0.1)
        self.fc = nn.Linear(2 * CFG["hidden"], TAGS)

    def forward(self, x):
        h, _ = self.lstm(self.embed(x))
        return self.fc(self.drop(h))


class Trainer:
    def __init__(self, model, train, dev):
        self.model, self.train_set, self.dev = model, train, dev
        self.loss_fn = nn.CrossEntropyLoss()
        self.optim = torch.optim.Adam(model.parameters(), lr=CFG["lr"])
        self.sched = torch.optim.lr_scheduler.ExponentialLR(self.optim, gamma=CFG["gamma"])

    def run_epoch(self):
        self.model.train()
        x, y = self.train_set
        total = 0.0
        for idx in torch.randperm(len(x)).split(CFG["batch"]):
            logits = self.model(x[idx])
            loss = self.loss_fn(logits.reshape(-1, TAGS), y[idx].reshape(-1))
            self.optim.zero_grad()
            loss.backward()
            self.optim.step()
            self.sched.step()
            total += loss.item() * len(idx)
        return total / len(x)

    @torch.no_grad()
    def accuracy(self):
        self.model.eval()
        x, y = self.dev
        return (self.model(x).argmax(-1) == y).float().mean().item()

    def fit(self):
        for e in range(CFG["epochs"]):
            loss = self.run_epoch()
            print(f"epoch {e:2d}  训练损失 {loss:.4f}  开发集准确率 {self.accuracy():.4f}")


train, dev = make_corpus(1280), make_corpus(300)
trainer = Trainer(Tagger(), train, dev)
trainer.fit()
majority = torch.bincount(dev[1].flatten()).max().item() / dev[1].numel()
print(f"最终准确率 {trainer.accuracy():.4f} (majority {majority:.3f})")
