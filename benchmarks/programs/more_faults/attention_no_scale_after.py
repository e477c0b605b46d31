# Same look-up as a key-value memory: find the key that equals the query, return its value.
import torch
from torch import nn

torch.manual_seed(0)
KEYS, VALUES, DIM, SLOTS = 20, 8, 64, 12


class Memory(nn.Module):
    def __init__(self):
        super().__init__()
        self.key, self.value = nn.Embedding(KEYS, DIM), nn.Embedding(VALUES, DIM)
        self.wq = nn.Linear(DIM, DIM, bias=False)
        self.wk = nn.Linear(DIM, DIM, bias=False)
        self.out = nn.Linear(DIM, VALUES)

    def forward(self, query, keys, values):
        q = self.wq(self.key(query)).unsqueeze(1)
        k = self.wk(self.key(keys))
        attn = (torch.bmm(q, k.transpose(1, 2)) / DIM**0.5).softmax(-1)
        return self.out(torch.bmm(attn, self.value(values)).squeeze(1))


net = Memory()
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
for step in range(1200):
    keys = torch.stack([torch.randperm(KEYS)[:SLOTS] for _ in range(32)])
    values = torch.randint(0, VALUES, (32, SLOTS))
    slot = torch.randint(0, SLOTS, (32, 1))
    logits = net(keys.gather(1, slot).squeeze(1), keys, values)
    loss = nn.functional.cross_entropy(logits, values.gather(1, slot).squeeze(1))
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 300 == 299:
        print("step", step + 1, "loss", f"{loss.item():.3f}")
