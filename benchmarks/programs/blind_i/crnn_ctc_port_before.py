# 文本行识别 CRNN：从 warp_ctc 换到 nn.CTCLoss
import os, random
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED); random.seed(SEED)

NCLASS = 7            # 6 个字符 + blank(0)
H, W = 8, 24
GLYPH = (torch.rand(6, H, 5) > 0.5).float()


def make_line():
    n = random.randint(2, 4)
    s = [random.randint(0, 5) for _ in range(n)]
    img = torch.zeros(H, W)
    x = random.randint(0, 1)
    for c in s:
        img[:, x:x + 5] = GLYPH[c]
        x += 5 + random.randint(0, 1)
    img = img + 0.1 * torch.randn(H, W)
    return img[None], [c + 1 for c in s]


class CRNN(nn.Module):
    def __init__(self, nh=48):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(1, 24, 3, padding=1), nn.BatchNorm2d(24), nn.ReLU(True), nn.MaxPool2d((2, 2)),
                                 nn.Conv2d(24, 48, 3, padding=1), nn.BatchNorm2d(48), nn.ReLU(True), nn.MaxPool2d((4, 1)))
        self.rnn = nn.LSTM(48, nh, bidirectional=True)
        self.embedding = nn.Linear(2 * nh, NCLASS)

    def forward(self, x):
        f = self.cnn(x).squeeze(2).permute(2, 0, 1)      # [w, b, c]
        h, _ = self.rnn(f)
        return self.embedding(h)


lines = [make_line() for _ in range(800)]
net = CRNN()
criterion = nn.CTCLoss(blank=0)
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)


def batch(idx):
    x = torch.stack([lines[i][0] for i in idx])
    t = torch.tensor([c for i in idx for c in lines[i][1]])
    n = torch.tensor([len(lines[i][1]) for i in idx])
    return x, t, n


for it in range(150):
    x, t, n = batch(random.sample(range(700), 20))
    preds = net(x)
    sizes = torch.full((x.size(0),), preds.size(0), dtype=torch.long)
    cost = criterion(preds, t, sizes, n)
    net.zero_grad()
    cost.backward()
    optimizer.step()
    if it % 30 == 0:
        print("[%d] loss %.4f" % (it, cost.item()))

net.eval()
x, t, n = batch(range(700, 800))
path = net(x).argmax(2).t().tolist()
ok = 0
for k, p in enumerate(path):
    dec = [c for j, c in enumerate(p) if c and (j == 0 or p[j - 1] != c)]
    ok += dec == lines[700 + k][1]
print("line accuracy: %.2f" % (ok / 100))
