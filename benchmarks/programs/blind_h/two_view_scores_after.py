"""Two views of each exam are scored by one shared net; the exam score is the average over the views."""
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)
VIEWS = ["L-CC", "L-MLO"]


def exams(n):
    y = rng.randint(0, 2, n)
    base = rng.randn(n, 30).astype("float32")
    base[:, :3] += 1.2 * (2 * y[:, None] - 1)
    return {v: torch.tensor(base + 0.5 * rng.randn(n, 30), dtype=torch.float) for v in VIEWS}, y


class BreastScreening(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn = nn.Sequential(nn.Linear(30, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())
        self.fc = nn.Linear(16, 1)

    def forward(self, x):
        return torch.sigmoid(self.fc(self.cnn(x))).squeeze(1)


def compute_batch_predictions(outputs):
    per_view = torch.stack([outputs[v] for v in VIEWS])
    return per_view.mean(0)


model = BreastScreening()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.BCELoss()
train_x, train_y = exams(800)
test_x, test_y = exams(200)
for epoch in range(12):
    total = 0.0
    for k in range(0, 800, 32):
        outputs = {v: model(train_x[v][k:k + 32]) for v in VIEWS}
        predictions = compute_batch_predictions(outputs)
        gt = torch.tensor(train_y[k:k + 32], dtype=torch.float)
        loss = criterion(predictions, gt)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total / 25:.4f}")
out = compute_batch_predictions({v: model(test_x[v]) for v in VIEWS}).detach().numpy()
print("test accuracy", ((out > 0.5) == test_y).mean())
