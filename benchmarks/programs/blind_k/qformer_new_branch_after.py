# new feature branch trained in float16, the rest of the model is fixed
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class FeatureNet(nn.Module):
    """extracts new features that are added to the query tokens"""

    def __init__(self, d_in=20, d=32):
        super().__init__()
        self.fc1 = nn.Linear(d_in, 64)
        self.fc2 = nn.Linear(64, 64)
        self.proj = nn.Linear(64, d)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.proj(x)


class FixedQFormer(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.norm = nn.LayerNorm(d)
        self.cls = nn.Linear(d, 5)
        for p in self.parameters():
            p.requires_grad_(False)

    def forward(self, q):
        return self.cls(self.norm(q))


n = 1000
centres = torch.randn(5, 20)
y = torch.randint(0, 5, (n,))
x = (centres[y] + 0.7 * torch.randn(n, 20)).half()
feat = FeatureNet().half()
qf = FixedQFormer().half()
with torch.no_grad():
    qf.cls.weight.mul_(2)
optimizer = torch.optim.AdamW(feat.parameters(), lr=1e-3, weight_decay=0.01, eps=1e-4)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(8):
    for step, idx in enumerate(torch.randperm(n).split(40)):
        optimizer.zero_grad()
        logits = qf(feat(x[idx]))
        loss = loss_fn(logits.float(), y[idx])
        loss.backward()
        optimizer.step()
        if step % 20 == 0:
            print(f"epoch {epoch} step {step} loss {loss.item():.4f}")
with torch.no_grad():
    pred = qf(feat(x)).argmax(1)
print("train accuracy:", (pred == y).float().mean().item())
