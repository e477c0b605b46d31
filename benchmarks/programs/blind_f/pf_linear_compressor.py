# compress 8x8 images to 10 numbers with a purely linear autoencoder and compare with sklearn PCA
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

X = load_digits().data / 16.0
X = X - X.mean(0)
train, test = X[:1500], X[1500:]
xt = torch.tensor(train, dtype=torch.float32)
xv = torch.tensor(test, dtype=torch.float32)

encoder = nn.Sequential(nn.Linear(64, 32, bias=False), nn.Linear(32, 10, bias=False))
decoder = nn.Sequential(nn.Linear(10, 32, bias=False), nn.Linear(32, 64, bias=False))
params = list(encoder.parameters()) + list(decoder.parameters())
opt = torch.optim.Adam(params, lr=3e-3)
loss_fn = nn.MSELoss()

for epoch in range(40):
    s = 0
    for b in torch.randperm(1500).split(50):
        opt.zero_grad()
        loss = loss_fn(decoder(encoder(xt[b])), xt[b])
        loss.backward()
        opt.step()
        s += loss.item()
    if epoch % 8 == 0:
        print("epoch", epoch, "mse", round(s / 30, 5))

with torch.no_grad():
    mse = loss_fn(decoder(encoder(xv)), xv).item()
pca = PCA(10).fit(train)
ref = ((pca.inverse_transform(pca.transform(test)) - test) ** 2).mean()
print("test mse %.5f, PCA %.5f, mean image %.5f" % (mse, ref, (test ** 2).mean()))
