# Tag every token by whether the one before it was larger. Ten attention layers in a row.
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
VOCAB, LENGTH, DIM, LAYERS = 16, 12, 32, 10


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(DIM, 3 * DIM)
        self.out = nn.Linear(DIM, DIM)
        self.norm = nn.LayerNorm(DIM)

    def forward(self, x):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        return self.norm(x + self.out(F.scaled_dot_product_attention(q, k, v)))


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VOCAB, DIM)
        self.places = nn.Parameter(torch.randn(LENGTH, DIM))
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.head = nn.Linear(DIM, 2)

    def forward(self, x):
        h = self.tokens(x) + self.places
        for layer in self.layers:
            h = layer(h)
        return self.head(h)


model = Tagger()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(400):
    x = torch.randint(0, VOCAB, (32, LENGTH))
    y = (x.roll(1, 1) > x).long()
    loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 99:
        print(step + 1, "loss", f"{loss.item():.4f}")
