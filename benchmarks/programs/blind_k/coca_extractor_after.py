"""Contrastive captioner: a ViT wrapped in an Extractor that hands out its token embeddings."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
D, VOCAB, N = 32, 24, 480

# synthetic pairs: caption = 4 words of attributes; image = patches drawn from those attributes
proto = torch.randn(4, 6, 12)                 # 4 slots x 6 attribute values -> patch pattern


def make(n):
    att = torch.randint(0, 6, (n, 4))
    word = att + torch.arange(4) * 6
    order = torch.rand(n, 4).argsort(1)
    patches = torch.stack([proto[s][att[:, s]] for s in range(4)], 1)
    patches = patches.gather(1, order[:, :, None].expand(-1, -1, 12))
    sign = torch.randint(0, 2, (n, 4, 1)) * 2.0 - 1       # contrast of a patch may be inverted
    return sign * patches + 0.3 * torch.randn(n, 4, 12), word


class ViT(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Linear(12, D)
        self.layers = nn.ModuleList(
            [nn.TransformerEncoderLayer(D, 4, 64, dropout=0.0, batch_first=True, norm_first=True) for _ in range(1)])
        self.norm = nn.LayerNorm(D)
        self.mlp_head = nn.Linear(D, 10)

    def forward(self, x):
        x = self.patch(x)
        for l in self.layers:
            x = l(x)
        x = self.norm(x)
        return self.mlp_head(x.mean(1))


class Extractor(nn.Module):
    def __init__(self, vit, return_embeddings_only=True):
        super().__init__()
        self.vit = vit
        self.latents = None
        self.return_embeddings_only = return_embeddings_only
        vit.norm.register_forward_hook(self._hook)

    def _hook(self, _, inputs, output):
        self.latents = output.clone()

    def forward(self, img):
        pred = self.vit(img)
        latents = self.latents
        return latents if self.return_embeddings_only else (pred, latents)


class CoCaLite(nn.Module):
    def __init__(self, img_encoder):
        super().__init__()
        self.img_encoder = img_encoder
        self.query = nn.Parameter(torch.randn(1, 1, D))
        self.img_attn_pool = nn.MultiheadAttention(D, 2, batch_first=True)
        self.word = nn.Embedding(VOCAB, D)
        self.text = nn.TransformerEncoderLayer(D, 4, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.text_to_latent = nn.Linear(D, 16, bias=False)
        self.img_to_latent = nn.Linear(D, 16, bias=False)
        self.temperature = nn.Parameter(torch.tensor(1.0))

    def latents(self, img, txt):
        tok = self.img_encoder(img)
        pooled, _ = self.img_attn_pool(self.query.expand(len(img), -1, -1), tok, tok)
        t = self.text(self.word(txt)).mean(1)
        return (F.normalize(self.img_to_latent(pooled[:, 0]), dim=-1), F.normalize(self.text_to_latent(t), dim=-1))

    def forward(self, img, txt):
        i, t = self.latents(img, txt)
        sim = t @ i.T * self.temperature.exp()
        lab = torch.arange(len(img))
        return (F.cross_entropy(sim, lab) + F.cross_entropy(sim.T, lab)) / 2


coca = CoCaLite(Extractor(ViT()))
opt = torch.optim.AdamW(coca.parameters(), lr=1e-3)
img, txt = make(N)
timg, ttxt = make(64)
for epoch in range(30):
    for idx in torch.randperm(N).split(32):
        opt.zero_grad()
        loss = coca(img[idx], txt[idx])
        loss.backward()
        opt.step()
    if epoch % 6 == 0:
        print("epoch", epoch, "loss", round(loss.item(), 4))
with torch.no_grad():
    i, t = coca.latents(timg, ttxt)
    top1 = ((t @ i.T).argmax(1) == torch.arange(64)).float().mean().item()
    print("retrieval top-1 of 64 (test):", round(top1, 3))
