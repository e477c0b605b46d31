# document -> score (0..16), prediction head on a small text encoder
import os
import torch
import torch.nn as nn
from torch.utils.data import TensorDataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

vocab, seq_len, n_docs = 300, 24, 1600
word_value = torch.randn(vocab) * 1.5
docs = torch.randint(0, vocab, (n_docs, seq_len))
scores = 8 + word_value[docs].mean(1) * 9.0
scores = (scores + 0.4 * torch.randn(n_docs)).clamp(0, 16).round().unsqueeze(1)
train_set = TensorDataset(docs[:1280], scores[:1280])
dev_docs, dev_scores = docs[1280:], scores[1280:]


class Encoder(nn.Module):
    def __init__(self, dim=48):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        layer = nn.TransformerEncoderLayer(dim, 4, 96, dropout=0.1, batch_first=True)
        self.blocks = nn.TransformerEncoder(layer, 1)

    def forward(self, ids):
        return self.blocks(self.emb(ids)).mean(1)


class RegressionHead(nn.Module):
    def __init__(self, layer_dims):
        super().__init__()
        self.feed_forward = nn.Linear(*layer_dims)
        self.loss_fct = nn.MSELoss(reduction="mean")

    def forward(self, pooled):
        return self.feed_forward(pooled).squeeze(-1)

    def logits_to_loss(self, logits, labels):
        return self.loss_fct(logits, labels.float())


encoder, head = Encoder(), RegressionHead([48, 1])
optimizer = torch.optim.AdamW(list(encoder.parameters()) + list(head.parameters()), lr=2e-3)
loader = DataLoader(train_set, batch_size=32, shuffle=True)
for epoch in range(1, 11):
    encoder.train()
    cur = 0.0
    for ids, lab in loader:
        logits = head(encoder(ids))
        loss = head.logits_to_loss(logits, lab)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        cur = 0.9 * cur + 0.1 * loss.item() if cur else loss.item()
    print("Train epoch %d/10 (Cur. train loss: %.4f)" % (epoch, cur))
encoder.eval()
with torch.no_grad():
    pred = head(encoder(dev_docs))
t = dev_scores.squeeze(1)
r2 = 1 - ((pred - t) ** 2).mean() / t.var()
print("dev r2 %.3f   std of predictions %.3f (labels %.3f)" % (r2.item(), pred.std().item(), t.std().item()))
