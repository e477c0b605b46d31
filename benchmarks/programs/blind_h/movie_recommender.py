# Collaborative filtering on (user, movie, rating), after the Keras example
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

num_users, num_movies, emb = 60, 80, 50
bu, bm = rng.normal(0, 0.9, num_users), rng.normal(0, 1.1, num_movies)
u = rng.randint(0, num_users, 6000)
m = rng.randint(0, num_movies, 6000)
rating = np.clip(np.round(2 * (3.3 + bu[u] + bm[m] + rng.normal(0, 0.5, 6000))) / 2, 0.5, 5.0)
x = torch.tensor(np.stack([u, m], 1))
y = torch.tensor((rating - 0.5) / 4.5, dtype=torch.float32).unsqueeze(1)
x_train, y_train, x_val, y_val = x[:5000], y[:5000], x[5000:], y[5000:]


class RecommenderNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.user_embedding = nn.Embedding(num_users, emb)
        self.user_bias = nn.Embedding(num_users, 1)
        self.movie_embedding = nn.Embedding(num_movies, emb)
        self.movie_bias = nn.Embedding(num_movies, 1)
        nn.init.normal_(self.user_embedding.weight, std=(2 / num_users) ** 0.5)
        nn.init.normal_(self.movie_embedding.weight, std=(2 / num_movies) ** 0.5)
        nn.init.uniform_(self.user_bias.weight, -0.05, 0.05)
        nn.init.uniform_(self.movie_bias.weight, -0.05, 0.05)

    def forward(self, inp):
        uv, ub = self.user_embedding(inp[:, 0]), self.user_bias(inp[:, 0])
        mv, mb = self.movie_embedding(inp[:, 1]), self.movie_bias(inp[:, 1])
        dot = (uv * mv).sum(1, keepdim=True)
        return torch.sigmoid(dot + ub + mb)


model = RecommenderNet()
opt = torch.optim.Adam(model.parameters(), lr=0.005, eps=1e-7)
for epoch in range(6):
    perm = torch.randperm(len(x_train))
    s = 0.0
    for i in range(0, len(perm), 64):
        k = perm[i:i + 64]
        reg = 1e-6 * (model.user_embedding.weight.pow(2).sum() + model.movie_embedding.weight.pow(2).sum())
        loss = F.binary_cross_entropy(model(x_train[k]), y_train[k])
        opt.zero_grad()
        (loss + reg).backward()
        opt.step()
        s += loss.item() * len(k)
    with torch.no_grad():
        v = F.binary_cross_entropy(model(x_val), y_val).item()
    print("Epoch %d loss %.4f val_loss %.4f" % (epoch + 1, s / len(perm), v))
with torch.no_grad():
    mse = ((model(x_val) - y_val) ** 2).mean().item()
print("val mse %.4f variance %.4f" % (mse, y_val.var().item()))
