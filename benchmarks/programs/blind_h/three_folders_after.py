import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


def image_folder(n_per_class, classes=("bike", "car", "plane"), size=32):
    """What flow_from_directory gave: images rescaled to 0..1, label = index of the folder."""
    xs, ys = [], []
    g = np.linspace(-1, 1, size)
    xx, yy = np.meshgrid(g, g)
    for k, _ in enumerate(classes):
        for _ in range(n_per_class):
            cx, cy, r = np.random.uniform(-.35, .35), np.random.uniform(-.35, .35), np.random.uniform(.25, .5)
            if k == 0:
                m = np.abs(np.hypot(xx - cx, yy - cy) - r) < .12
            elif k == 1:
                m = (np.abs(xx - cx) < r) & (np.abs(yy - cy) < r * .7)
            else:
                m = (np.abs(xx - cx) < .1) | (np.abs(yy - cy) < .1)
            im = np.random.uniform(.2, .6, (3, 1, 1)) + m * np.random.uniform(.2, .4, (3, 1, 1)) + np.random.normal(0, .06, (3, size, size))
            xs.append(np.clip(im, 0, 1)); ys.append(k)
    p = np.random.permutation(len(xs))
    return torch.tensor(np.array(xs)[p], dtype=torch.float32), torch.tensor(np.array(ys)[p])


x_train, y_train = image_folder(120)
x_val, y_val = image_folder(57)
N_OUT = 3


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c2, self.c3 = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3), nn.Conv2d(8, 16, 3)
        self.d1, self.d2 = nn.Linear(16 * 2 * 2, 64), nn.Linear(64, N_OUT)
        self.dropout = nn.Dropout(0.5)
        for w in self.parameters():
            nn.init.xavier_uniform_(w) if w.dim() > 1 else nn.init.zeros_(w)

    def forward(self, x):
        for c in (self.c1, self.c2, self.c3):
            x = F.max_pool2d(F.relu(c(x)), 2)
        x = self.dropout(F.relu(self.d1(x.flatten(1))))
        return torch.log_softmax(self.d2(x), dim=1)


def objective(p, y):
    return F.nll_loss(p, y)


def predict(p):
    return p.argmax(1)


model = Model()
opt = torch.optim.RMSprop(model.parameters(), lr=0.001, alpha=0.9, eps=1e-7)
for epoch in range(15):
    model.train()
    losses = []
    for i in torch.randperm(len(x_train)).split(16):
        loss = objective(model(x_train[i]), y_train[i])
        opt.zero_grad(); loss.backward(); opt.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        acc = (predict(model(x_val)) == y_val).float().mean().item()
    print("Epoch %d loss=%.4f val_acc=%.4f" % (epoch + 1, np.mean(losses), acc))
print("val accuracy: %.4f" % acc)
