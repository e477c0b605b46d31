"""Token labelling with a deep stack of self-attention layers (numbers as tokens, compared with their context)."""
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
V, T, D, DEPTH = 16, 10, 32, 6


class AttentionLayer(nn.Module):
    def __init__(self, d, heads=4):
        super().__init__()
        self.norm = nn.LayerNorm(d)
        self.attn = nn.MultiheadAttention(d, heads, batch_first=True)

    def forward(self, x):
        h = self.norm(x)
        out, _ = self.attn(h, h, h, need_weights=False)
        return out


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(V, D)
        self.layers = nn.ModuleList([AttentionLayer(D) for _ in range(DEPTH)])
        self.norm = nn.LayerNorm(D)
        self.head = nn.Sequential(nn.Linear(D, 64), nn.ReLU(), nn.Linear(64, 2))

    def forward(self, tokens):
        h = self.embed(tokens)
        for layer in self.layers:
            h = layer(h)
        return self.head(self.norm(h))


def make_batch(n):
    tokens = torch.randint(0, V, (n, T))
    # label: is this number larger than the mean of its sequence
    label = (tokens > tokens.float().mean(1, keepdim=True)).long()
    return tokens, label


model = Tagger()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.CrossEntropyLoss()
for step in range(300):
    tokens, label = make_batch(32)
    logits = model(tokens)
    loss = criterion(logits.flatten(0, 1), label.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if (step + 1) % 60 == 0:
        print(f"step {step + 1} loss {loss.item():.4f}")
with torch.no_grad():
    tokens, label = make_batch(400)
    print(f"token accuracy {(model(tokens).argmax(-1) == label).float().mean():.3f}")
