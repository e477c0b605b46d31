"""Match sounds with pictures of the same scene: two towers, contrastive loss over the batch."""

import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

SCENE, SOUND, PICTURE, SHARED, BATCH = 12, 40, 48, 24, 64
to_sound = torch.randn(SCENE, SOUND) / SCENE**0.5
to_picture = torch.randn(SCENE, PICTURE) / SCENE**0.5


def pairs(count):
    scene = torch.randn(count, SCENE)
    sound = torch.tanh(scene @ to_sound) + 0.1 * torch.randn(count, SOUND)
    picture = torch.tanh(scene @ to_picture) + 0.1 * torch.randn(count, PICTURE)
    return sound, picture


class TwoTowers(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.sound = nn.Sequential(nn.Linear(SOUND, width), nn.ReLU(), nn.Linear(width, SHARED))
        self.picture = nn.Sequential(nn.Linear(PICTURE, width), nn.ReLU(), nn.Linear(width, SHARED))
        self.logit_scale = nn.Parameter(torch.tensor(1 / 0.07).log())

    def forward(self, sound, picture):
        a = F.normalize(self.sound(sound), dim=-1)
        b = F.normalize(self.picture(picture), dim=-1)
        return self.logit_scale.exp() * a @ b.t()


def contrastive(logits):
    same = torch.arange(len(logits))
    return (F.cross_entropy(logits, same) + F.cross_entropy(logits.t(), same)) / 2


model = TwoTowers()
decayed = [p for p in model.parameters() if p.ndim >= 2]
spared = [p for p in model.parameters() if p.ndim < 2]
optimizer = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": 1.0}, {"params": spared, "weight_decay": 0.0}], lr=3e-3
)

for step in range(1, 801):
    logits = model(*pairs(BATCH))
    loss = contrastive(logits)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        found = (logits.argmax(1) == torch.arange(BATCH)).float().mean().item()
        print(
            f"step {step} loss {loss.item():.4f} found {found:.3f} "
            f"scale {model.logit_scale.exp().item():.2f}"
        )
