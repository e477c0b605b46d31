"""GRU on first-symbol recall with a warm-up + linear decay schedule."""
import os
import warnings
import torch
import torch.nn as nn
from torch.optim.lr_scheduler import LambdaLR

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
warnings.filterwarnings("ignore", category=UserWarning)

EPOCHS, STEPS_PER_EPOCH, BATCH = 6, 40, 32
WARMUP = 50
TOTAL = EPOCHS * STEPS_PER_EPOCH


def lr_lambda(step):
    if step < WARMUP:
        return step / WARMUP
    return max(0.02, (TOTAL - step) / (TOTAL - WARMUP))


def sample(n, T=10, k=6):
    x = torch.randint(0, k, (n, T))
    return x, x[:, 0]


class Recall(nn.Module):
    def __init__(self, k=6):
        super().__init__()
        self.emb = nn.Embedding(k, 16)
        self.rnn = nn.GRU(16, 32, batch_first=True)
        self.fc = nn.Linear(32, k)

    def forward(self, x):
        _, h = self.rnn(self.emb(x))
        return self.fc(h[0])


model = Recall()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
scheduler = LambdaLR(optimizer, lr_lambda)
for epoch in range(EPOCHS):
    for _ in range(STEPS_PER_EPOCH):
        x, y = sample(BATCH)
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step
        scheduler.step()
    print(f"epoch {epoch} lr {scheduler.get_last_lr()[0]:.4g} loss {loss.item():.4f}")
with torch.no_grad():
    x, y = sample(500)
    print("recall accuracy", (model(x).argmax(1) == y).float().mean().item(), "chance", 1 / 6)
