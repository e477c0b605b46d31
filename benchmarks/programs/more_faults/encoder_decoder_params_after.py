import torch
from torch import nn

# sequence of 6 digits -> reversed sequence
torch.manual_seed(0)
V, L, H = 8, 6, 48


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(V, 24)
        self.gru = nn.GRU(24, H, batch_first=True)

    def forward(self, tokens):
        _, h = self.gru(self.embedding(tokens))
        return h


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(V + 1, 24)
        self.gru = nn.GRU(24, H, batch_first=True)
        self.out = nn.Linear(H, V)

    def forward(self, inputs, h):
        o, _ = self.gru(self.embedding(inputs), h)
        return self.out(o)


encoder, decoder = Encoder(), Decoder()
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=5e-3)
criterion = nn.CrossEntropyLoss()

for step in range(700):
    src = torch.randint(0, V, (48, L))
    tgt = src.flip(1)
    start = torch.full((48, 1), V)
    logits = decoder(torch.cat([start, tgt[:, :-1]], 1), encoder(src))
    loss = criterion(logits.reshape(-1, V), tgt.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 99:
        acc = (logits.argmax(-1) == tgt).float().mean().item()
        print(f"step {step + 1} loss {loss.item():.3f} token accuracy {acc:.3f}")
