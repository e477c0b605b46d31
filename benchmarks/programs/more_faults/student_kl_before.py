"""Match a reference distribution over eight actions."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
states = torch.randn(2000, 12)
reference = F.softmax(
    2.0 * torch.tanh(states @ torch.randn(12, 10) / 3) @ torch.randn(10, 8) / 2, dim=1
)

student = nn.Sequential(nn.Linear(12, 48), nn.ReLU(), nn.Linear(48, 8), nn.Softmax(dim=1))
kl = nn.KLDivLoss(reduction="batchmean")
opt = torch.optim.Adam(student.parameters(), lr=2e-3)

for epoch in range(20):
    for idx in torch.randperm(1700).split(40):
        loss = kl(student(states[idx]), reference[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 5 == 4:
        with torch.no_grad():
            agree = (student(states[1700:]).argmax(1) == reference[1700:].argmax(1)).float().mean()
        print(f"epoch {epoch + 1} loss {loss.item():.4f} same action {agree.item():.3f}")
