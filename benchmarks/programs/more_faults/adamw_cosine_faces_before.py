"""Recognise people from face embeddings: cosine to one learnt direction a person, times a scale."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

PEOPLE, RAW, DIM = 40, 32, 24
anchors = torch.randn(PEOPLE, RAW)


def photos(count):
    who = torch.randint(0, PEOPLE, (count,))
    return torch.tanh(anchors[who] + 0.5 * torch.randn(count, RAW)), who


class FaceNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(RAW, 64, bias=False)
        self.norm1 = nn.LayerNorm(64, elementwise_affine=False)
        self.fc2 = nn.Linear(64, DIM, bias=False)
        self.people = nn.Parameter(torch.randn(PEOPLE, DIM))
        self.scale = nn.Parameter(torch.full((1,), 10.0))

    def forward(self, x):
        x = self.fc2(F.gelu(self.norm1(self.fc1(x))))
        cosine = F.normalize(x, dim=1) @ F.normalize(self.people, dim=1).T
        return self.scale * cosine


net = FaceNet()
optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=0.5)

for step in range(900):
    x, who = photos(64)
    loss = F.cross_entropy(net(x), who)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 150 == 149:
        print(f"step {step + 1:5d}  loss {loss.item():.4f}  scale {net.scale.item():.2f}")

with torch.no_grad():
    x, who = photos(1000)
    chance = F.softmax(net(x), dim=1)
    sure = chance.gather(1, who[:, None]).mean().item()
    right = (chance.argmax(1) == who).float().mean().item()
    print(f"right {right:.3f}, mean probability given to the right person {sure:.3f}")
