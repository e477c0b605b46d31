import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

text = """
the sun was up and the sea was calm when the old man walked down to the boats. he had a net on his back and a
pipe in his mouth and he said good morning to the boys who sat on the wall. the boys said good morning to the old
man and asked him what the sea would give him today. the sea gives what the sea gives, said the old man, and the
boys laughed because he said so every day. he put the net in the boat and the boat in the water and the wind took
him out past the rocks where the birds sat and the water was green and then blue and then black. there he let the
net go down and waited. he waited while the sun went up and while the sun went down and when he took the net up
again there was one small fish in it and the fish was gold. let me go, said the fish, and i will give you what you
want. the old man thought for a while. i want to go home, he said, and i want the boys to laugh when i say what the
sea gives. then let me go, said the fish, and he let the fish go, and the wind took him home past the rocks.
""".replace("\n", " ").strip()
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
itos = {i: c for c, i in stoi.items()}
data = torch.tensor([stoi[c] for c in text])
V = len(chars)


class CharModel(nn.Module):
    def __init__(self, vocab, emb=32, hidden=96):
        super().__init__()
        self.embed = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, batch_first=True)
        self.decoder = nn.Linear(hidden, vocab)

    def forward(self, x, h=None):
        out, h = self.gru(self.embed(x), h)
        logits = self.decoder(out)                 # (B, T, V)
        return F.log_softmax(logits, dim=1), h


def get_batch(bs=16, T=32):
    ix = torch.randint(0, len(data) - T - 1, (bs,))
    x = torch.stack([data[i:i + T] for i in ix])
    y = torch.stack([data[i + 1:i + T + 1] for i in ix])
    return x, y


model = CharModel(V)
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
criterion = nn.NLLLoss()

for it in range(300):
    x, y = get_batch()
    logp, _ = model(x)
    loss = criterion(logp.reshape(-1, V), y.reshape(-1))
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    if it % 50 == 0 or it == 299:
        print(f"iter {it} loss {loss.item():.4f}")

with torch.no_grad():
    x, y = get_batch(64)
    acc = (model(x)[0].argmax(-1) == y).float().mean().item()
    s = "the "
    for _ in range(60):
        lp, _ = model(torch.tensor([[stoi[c] for c in s]]))
        s += itos[lp[0, -1].argmax().item()]
print("next-char accuracy:", round(acc, 3))
print("sample:", s)
