"""Logistic regression on badly scaled axes, with momentum."""

import torch

torch.manual_seed(2)
rotation = torch.linalg.qr(torch.randn(10, 10)).Q
spread = torch.logspace(0.3, -1.3, 10)
x = (torch.randn(800, 10) * spread) @ rotation
direction = rotation.T @ (torch.randn(10) / spread)
y = (x @ direction > 0).float()

model = torch.nn.Linear(10, 1)
sgd = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.98)
for epoch in range(40):
    for idx in torch.randperm(800).split(40):
        logit = model(x[idx]).squeeze(1)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logit, y[idx])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    if epoch % 8 == 7:
        with torch.no_grad():
            logit = model(x).squeeze(1)
            full = torch.nn.functional.binary_cross_entropy_with_logits(logit, y).item()
            acc = ((logit > 0).float() == y).float().mean().item()
        print(f"epoch {epoch + 1} loss {full:.4f} acc {acc:.3f}")
