import torch
import torch.nn.functional as F
from torch import nn


class FocalLoss(nn.Module):
    def __init__(self, alpha=0.25, gamma=2.0):
        super().__init__()
        self.alpha, self.gamma = alpha, gamma

    def forward(self, logits, targets):
        p = torch.sigmoid(logits)
        ce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        p_t = p * targets + (1 - p) * (1 - targets)
        alpha_t = self.alpha * targets + (1 - self.alpha) * (1 - targets)
        return (alpha_t * (1 - p_t) ** self.gamma * ce).sum() / targets.sum().clamp(min=1)


class Detector(nn.Module):
    """Marks where on a line a bump sits."""

    def __init__(self, ch=24):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(1, ch, 7, padding=3),
            nn.ReLU(),
            nn.Conv1d(ch, ch, 7, padding=3),
            nn.ReLU(),
        )
        self.cls = nn.Conv1d(ch, 1, 1)
        nn.init.constant_(self.cls.bias, -2.0)

    def forward(self, x):
        return self.cls(self.body(x)).squeeze(1)


def scenes(n, length=48):
    x = 0.3 * torch.randn(n, 1, length)
    t = torch.zeros(n, length)
    where = torch.randint(3, length - 3, (n, 2))
    bump = torch.tensor([0.5, 1.2, 2.0, 1.2, 0.5])
    for i in range(n):
        for w in where[i].tolist():
            x[i, 0, w - 2 : w + 3] += bump
            t[i, w] = 1.0
    return x, t


torch.manual_seed(6)
x, t = scenes(700)
model, focal = Detector(), FocalLoss()
opt = torch.optim.AdamW(model.parameters(), lr=3e-3)
for epoch in range(15):
    for idx in torch.randperm(600).split(30):
        opt.zero_grad()
        loss = focal(model(x[idx]), t[idx])
        loss.backward()
        opt.step()
    if epoch % 3 == 2:
        with torch.no_grad():
            hit = torch.sigmoid(model(x[600:])) > 0.5
        tp = (hit & (t[600:] > 0)).sum().item()
        f1 = 2 * tp / (hit.sum().item() + t[600:].sum().item())
        print(f"epoch {epoch + 1} loss {loss.item():.4f} f1 {f1:.3f}")
