# RGB + thermal fusion block; the optimiser is built from parameter groups, YOLO style
import os
import math
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
GRID, CH, CLASSES = 4, 24, 4


def make_batch(n):
    # a warm spot and a bright spot of the same look; the label: in which quadrant they sit
    quad = torch.randint(0, CLASSES, (n,))
    r = (quad // 2) * 2 + torch.randint(0, 2, (n,))
    c = (quad % 2) * 2 + torch.randint(0, 2, (n,))
    rgb = 0.3 * torch.randn(n, 3, GRID * 2, GRID * 2)
    ir = 0.3 * torch.randn(n, 1, GRID * 2, GRID * 2)
    for k in range(n):
        rgb[k, :, 2 * r[k]:2 * r[k] + 2, 2 * c[k]:2 * c[k] + 2] += 1.0
        ir[k, :, 2 * r[k]:2 * r[k] + 2, 2 * c[k]:2 * c[k] + 2] += 1.0
    return rgb, ir, quad


class FusionGPT(nn.Module):
    def __init__(self, d, heads=4, layers=1):
        super().__init__()
        self.pos_emb = nn.Parameter(torch.zeros(1, 2 * GRID * GRID, d))
        blk = nn.TransformerEncoderLayer(d, heads, 2 * d, dropout=0.0, batch_first=True, norm_first=True)
        self.trans_blocks = nn.TransformerEncoder(blk, layers, enable_nested_tensor=False)
        self.ln_f = nn.LayerNorm(d)

    def forward(self, a, b):
        tok = torch.cat([a.flatten(2), b.flatten(2)], 2).transpose(1, 2)
        return self.ln_f(self.trans_blocks(tok + self.pos_emb))


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.rgb_stem = nn.Sequential(nn.Conv2d(3, CH, 2, 2), nn.BatchNorm2d(CH), nn.SiLU())
        self.ir_stem = nn.Sequential(nn.Conv2d(1, CH, 2, 2), nn.BatchNorm2d(CH), nn.SiLU())
        self.gpt = FusionGPT(CH)
        self.head = nn.Linear(CH, CLASSES)

    def forward(self, rgb, ir):
        return self.head(self.gpt(self.rgb_stem(rgb), self.ir_stem(ir)).amax(1))


model = Detector()
pg0, pg1, pg2 = [], [], []
for k, v in model.named_modules():
    if hasattr(v, "in_proj_weight") and isinstance(v.in_proj_weight, nn.Parameter):
        pg1 += [v.in_proj_weight]
        pg2 += [v.in_proj_bias]
    if hasattr(v, "bias") and isinstance(v.bias, nn.Parameter):
        pg2.append(v.bias)
    if isinstance(v, (nn.BatchNorm2d, nn.LayerNorm)):
        pg0.append(v.weight)
    elif hasattr(v, "weight") and isinstance(v.weight, nn.Parameter):
        pg1.append(v.weight)
    if hasattr(v, "pos_emb"):
        pg0.append(v.pos_emb)
optimizer = torch.optim.Adam(pg0, lr=3e-3, betas=(0.937, 0.999))
optimizer.add_param_group({"params": pg1, "weight_decay": 5e-4})
optimizer.add_param_group({"params": pg2})
print(f"Optimizer groups: {len(pg2)} .bias, {len(pg1)} conv.weight, {len(pg0)} other")
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda e: (1 + math.cos(e * math.pi / 10)) / 2 * 0.9 + 0.1)
rgb, ir, y = make_batch(800)
for epoch in range(10):
    model.train()
    for idx in torch.randperm(800).split(20):
        loss = nn.functional.cross_entropy(model(rgb[idx], ir[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    scheduler.step()
    print(f"epoch {epoch} loss {loss.item():.4f}")
model.eval()
rgb, ir, y = make_batch(300)
with torch.no_grad():
    print("accuracy", (model(rgb, ir).argmax(1) == y).float().mean().item())
