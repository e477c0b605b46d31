# 电影评论情感分类：多热编码的词袋 + 两层全连接
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)
WORDS = 2000

freq = 1.0 / np.arange(3, WORDS + 3)
tone = np.where(rng.rand(WORDS) < .12, rng.normal(0, 1.1, WORDS), 0)


def reviews(n):
    y = rng.randint(0, 2, n)
    x = np.zeros((n, WORDS), np.float32)
    for k in range(n):
        p = freq * np.exp(tone * (1 if y[k] else -1))
        w = rng.choice(WORDS, rng.randint(60, 200), p=p / p.sum())
        x[k, w] = 1.
    return torch.from_numpy(x), torch.from_numpy(y.astype(np.float32))


x_train, y_train = reviews(3000)
x_val, y_val = reviews(800)
model = nn.Sequential(nn.Linear(WORDS, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())
for m in model:
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)
opt = torch.optim.RMSprop(model.parameters(), lr=0.001, alpha=0.9, eps=1e-7)
bce = nn.BCELoss()
for epoch in range(5):
    tot = 0
    for idx in torch.randperm(len(x_train)).split(64):
        loss = bce(model(x_train[idx]).squeeze(1), y_train[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() * len(idx)
    with torch.no_grad():
        acc = ((model(x_val).squeeze(1) > .5).float() == y_val).float().mean().item()
    print(f"第 {epoch + 1} 轮 loss={tot / len(x_train):.4f} val_acc={acc:.4f}")
print("val accuracy", round(acc, 4))
