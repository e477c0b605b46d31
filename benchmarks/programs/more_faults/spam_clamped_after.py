"""Bag of words spam filter."""

import torch
import torch.nn.functional as F
from torch import nn


class SpamNet(nn.Module):
    def __init__(self, vocab):
        super().__init__()
        self.hidden = nn.Linear(vocab, 32)
        self.score = nn.Linear(32, 1)

    def forward(self, bag):
        h = F.relu(self.hidden(bag))
        return self.score(h).squeeze(1)


torch.manual_seed(6)
vocab = 120
rate_ham = torch.rand(vocab) * 0.15
rate_spam = (rate_ham * (0.2 + 4 * torch.rand(vocab))).clamp(max=0.6)
is_spam = (torch.rand(1200) < 0.5).float()
bags = torch.bernoulli(torch.where(is_spam[:, None] > 0, rate_spam, rate_ham))

model = SpamNet(vocab)
opt = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(12):
    losses = []
    for idx in torch.randperm(1000).split(40):
        loss = F.binary_cross_entropy_with_logits(model(bags[idx]), is_spam[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    with torch.no_grad():
        acc = ((model(bags[1000:]) > 0).float() == is_spam[1000:]).float().mean().item()
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1} loss {sum(losses) / len(losses):.3f} acc {acc:.3f}")
