# documents made of up to 4 reports; a document with fewer reports is filled with padding
import os
import torch
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
PAD, VOCAB, LEN, REPORTS = 0, 40, 8, 4


class Reports(Dataset):
    def __init__(self, n):
        self.items = []
        for _ in range(n):
            y = int(torch.randint(0, 2, ()))
            k = int(torch.randint(2, REPORTS + 1, ()))
            doc = torch.zeros(REPORTS, LEN, dtype=torch.long)
            for r in range(k):
                m = int(torch.randint(4, LEN + 1, ()))
                doc[r, :m] = torch.randint(1, VOCAB, (m,))
                if torch.rand(()) < 0.7:
                    doc[r, int(torch.randint(0, m, ()))] = 5 + y * 10
            self.items.append((doc, y))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


class Layer(nn.Module):
    def __init__(self, d, heads, ff, drop=0.1):
        super().__init__()
        self.h = heads
        self.in_proj, self.out_proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.ff = nn.Sequential(nn.Linear(d, ff), nn.ReLU(), nn.Dropout(drop), nn.Linear(ff, d))
        self.n1, self.n2, self.drop = nn.LayerNorm(d), nn.LayerNorm(d), nn.Dropout(drop)

    def forward(self, x, key_padding_mask):
        b, t, d = x.shape
        q, k, v = self.in_proj(x).view(b, t, 3, self.h, d // self.h).permute(2, 0, 3, 1, 4)
        w = q @ k.transpose(-1, -2) / (d // self.h) ** 0.5
        w = w.masked_fill(key_padding_mask[:, None, None], float("-inf")).softmax(-1)
        x = self.n1(x + self.drop(self.out_proj((w @ v).transpose(1, 2).reshape(b, t, d))))
        return self.n2(x + self.drop(self.ff(x)))


class DocModel(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, d, padding_idx=PAD)
        self.enc = nn.ModuleList([Layer(d, 4, 64), Layer(d, 4, 64)])
        self.out = nn.Linear(d, 2)

    def forward(self, doc):
        b = doc.shape[0]
        flat = doc.view(b * REPORTS, LEN)
        mask = flat.eq(PAD)
        h = self.emb(flat)
        for layer in self.enc:
            h = layer(h, mask)
        keep = (~flat.eq(PAD)).float()
        h[torch.isnan(h)] = 0
        pooled = (h * keep[..., None]).sum(1) / keep.sum(1, keepdim=True).clamp(min=1)
        pooled = pooled.view(b, REPORTS, -1)
        real = (keep.sum(1) > 0).float().view(b, REPORTS, 1)
        return self.out((pooled * real).sum(1) / real.sum(1))


train, test = Reports(420), Reports(150)
net = DocModel()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
crit = nn.CrossEntropyLoss()
for ep in range(6):
    net.train()
    for i, (doc, y) in enumerate(DataLoader(train, batch_size=16, shuffle=True)):
        opt.zero_grad()
        loss = crit(net(doc), y)
        loss.backward()
        opt.step()
    print("epoch", ep, "loss", loss.item())
net.eval()
with torch.no_grad():
    ok = sum((net(d).argmax(1) == y).sum().item() for d, y in DataLoader(test, batch_size=50))
print("test acc", ok / len(test))
