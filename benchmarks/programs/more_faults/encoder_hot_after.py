import torch
import torch.nn as nn


class CopyTask(nn.Module):
    """Which symbol stands right after the marker?"""

    def __init__(self, vocab=12, d=32, layers=2, length=10):
        super().__init__()
        self.tok = nn.Embedding(vocab, d)
        self.pos = nn.Parameter(torch.randn(length, d) * 0.5)
        block = nn.TransformerEncoderLayer(d, 4, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.enc = nn.TransformerEncoder(block, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(d)
        self.out = nn.Linear(d, vocab)

    def forward(self, ids):
        h = self.enc(self.tok(ids) + self.pos)
        return self.out(self.norm(h).mean(1))


def batch(n=48, length=10, vocab=12):
    ids = torch.randint(1, vocab, (n, length))
    where = torch.randint(0, length - 1, (n,))
    ids[torch.arange(n), where] = 0
    return ids, ids[torch.arange(n), where + 1]


torch.manual_seed(0)
model = CopyTask()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(500):
    ids, answer = batch()
    out = model(ids)
    loss = nn.functional.cross_entropy(out, answer)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 99:
        acc = (out.argmax(1) == answer).float().mean().item()
        print(f"step {step + 1} loss {loss.item():.4f} acc {acc:.3f}")
