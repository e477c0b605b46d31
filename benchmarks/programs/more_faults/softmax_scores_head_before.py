"""Three quality scores per picture, each between 0 and 1."""

import torch
import torch.nn as nn

torch.manual_seed(0)
feat = torch.randn(1000, 24)
scores = torch.sigmoid(1.5 * feat @ torch.randn(24, 3) / 5 + 1.2)
scores = (scores + 0.02 * torch.randn(1000, 3)).clamp(0, 1)


class Quality(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(24, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU())
        self.head = nn.Sequential(nn.Linear(48, 3), nn.Softmax(dim=-1))

    def forward(self, x):
        return self.head(self.trunk(x))


model = Quality()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(25):
    for idx in torch.randperm(800).split(40):
        loss = nn.functional.mse_loss(model(feat[idx]), scores[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 5 == 4:
        with torch.no_grad():
            mae = (model(feat[800:]) - scores[800:]).abs().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.4f} mean error {mae:.3f}")
