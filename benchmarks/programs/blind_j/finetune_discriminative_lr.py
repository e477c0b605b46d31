import os
import torch
from torch import nn, optim
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = load_breast_cancer(return_X_y=True)
X = StandardScaler().fit_transform(X)
Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.3, random_state=SEED, stratify=y)
Xa, Xb = torch.tensor(Xa, dtype=torch.float32), torch.tensor(Xb, dtype=torch.float32)
ya, yb = torch.tensor(ya), torch.tensor(yb)

# stage 1: a denoising autoencoder on the features
enc = nn.Sequential(nn.Linear(30, 48), nn.GELU(), nn.Linear(48, 16), nn.GELU())
dec = nn.Linear(16, 30)
opt = optim.Adam([*enc.parameters(), *dec.parameters()], lr=3e-3)
for ep in range(25):
    for b in torch.randperm(len(Xa)).split(50):
        x = Xa[b]
        loss = nn.functional.mse_loss(dec(enc(x + 0.3 * torch.randn_like(x))), x)
        opt.zero_grad(); loss.backward(); opt.step()
    if ep % 8 == 0:
        print("autoencoder", ep, round(loss.item(), 4))

# stage 2: fine-tune with smaller rates for lower layers
clf = nn.Sequential(enc, nn.Linear(16, 2))
groups = [
    {"params": enc[0].parameters(), "lr": 1e-4},
    {"params": enc[2].parameters(), "lr": 3e-4},
    {"params": clf[1].parameters(), "lr": 5e-3},
]
opt = optim.AdamW(groups, weight_decay=1e-2)
sched = optim.lr_scheduler.ExponentialLR(opt, 0.95)
ce = nn.CrossEntropyLoss()
for ep in range(15):
    tot = 0
    for b in torch.randperm(len(Xa)).split(32):
        loss = ce(clf(Xa[b]), ya[b])
        opt.zero_grad(); loss.backward(); opt.step()
        tot += loss.item() * len(b)
    sched.step()
    if ep % 5 == 0 or ep == 14:
        print("fine-tune", ep, round(tot / len(Xa), 4))
with torch.no_grad():
    acc = (clf(Xb).argmax(1) == yb).float().mean().item()
print(f"test accuracy {acc:.4f}, majority {max(yb.float().mean().item(), 1 - yb.float().mean().item()):.4f}")
