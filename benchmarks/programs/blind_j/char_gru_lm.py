# 字符级语言模型 (GRU)，输入输出共享嵌入
import os
import math
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

text = ("the quick brown fox jumps over the lazy dog. "
        "a stitch in time saves nine. all that glitters is not gold. "
        "early to bed and early to rise makes a man strong wealthy and wise. "
        "actions speak louder than words. the pen is mightier than the sword. ") * 6
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
data = torch.tensor([stoi[c] for c in text])
V = len(chars)


class CharLM(nn.Module):
    """嵌入 -> GRU -> 线性层，权重绑定"""

    def __init__(self, dim=64):
        super().__init__()
        self.emb = nn.Embedding(V, dim)
        nn.init.normal_(self.emb.weight, std=0.1)
        self.gru = nn.GRU(dim, dim, batch_first=True)
        self.head = nn.Linear(dim, V)
        self.head.weight = self.emb.weight

    def forward(self, x, h=None):
        y, h = self.gru(self.emb(x), h)
        return self.head(y), h


model = CharLM()
optimizer = torch.optim.Adam(model.parameters(), lr=8e-3)
T, B = 32, 16
for step in range(300):
    # 随机取一批片段
    ix = torch.randint(0, len(data) - T - 1, (B,))
    x = torch.stack([data[i:i + T] for i in ix])
    y = torch.stack([data[i + 1:i + T + 1] for i in ix])
    logits, _ = model(x)
    loss = F.cross_entropy(logits.view(-1, V), y.view(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 50 == 0:
        print(f"步 {step} 损失 {loss.item():.3f}")

with torch.no_grad():
    out, h = [stoi["t"]], None
    for _ in range(60):
        lg, h = model(torch.tensor([[out[-1]]]), h)
        out.append(lg[0, -1].argmax().item())
    print("".join(chars[i] for i in out))
    lg, _ = model(data[None, :-1])
    print("bits per char", round(F.cross_entropy(lg[0], data[1:]).item() / math.log(2), 3), "uniform", round(math.log2(V), 2))
