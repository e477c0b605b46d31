# sentence vectors to picture vectors, cosine proximity as loss (value is negative, that is how Keras defines it)
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
latent = torch.randn(1200, 8)
text = torch.tanh(latent @ torch.randn(8, 40)) + 0.1 * torch.randn(1200, 40)
image = latent @ torch.randn(8, 32) + 0.1 * torch.randn(1200, 32)

model = nn.Sequential(nn.Linear(40, 64), nn.ReLU(), nn.Linear(64, 32))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(20):
    for b in torch.randperm(1000).split(32):
        loss = -F.cosine_similarity(model(text[b]), image[b]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 4 == 0:
        print("epoch", epoch, "loss", loss.item())
with torch.no_grad():
    p = F.normalize(model(text[1000:]), dim=1) @ F.normalize(image[1000:], dim=1).T
    print("retrieval@1", (p.argmax(1) == torch.arange(200)).float().mean().item())
