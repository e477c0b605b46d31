"""CS20 assignment: multinomial logistic regression on a heart-disease table (9 columns)."""
import os
import numpy as np
import torch
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

BATCH_SIZE = 7
N_FEATURES = 9
BETA = 1.0
EPOCHS = 15
LEARNING_RATE = 0.5


def make_table(n):
    age = rng.uniform(15, 64, n)
    sbp = 115 + 0.5 * age + rng.normal(0, 18, n)
    tobacco = np.maximum(0, rng.normal(3.6 * age / 43, 4, n))
    ldl = np.maximum(1, rng.normal(3 + age / 25, 1.8, n))
    adiposity = rng.normal(15 + age / 4, 6, n)
    famhist = (rng.random(n) < 0.42).astype(float)
    typea = rng.normal(53, 10, n)
    obesity = rng.normal(26, 4, n)
    alcohol = rng.exponential(17, n)
    X = np.stack([sbp, tobacco, ldl, adiposity, famhist, typea, obesity, alcohol, age], 1)
    z = 0.11 * (age - 43) + 0.2 * (tobacco - 3.6) + 0.5 * (ldl - 4.7) + 1.8 * (famhist - .42) + 0.06 * (typea - 53) - 0.3
    y = (rng.random(n) < 1 / (1 + np.exp(-1.5 * z))).astype(int)
    return X.astype("float32"), y


x_train, y_train = make_table(370)
x_test, y_test = make_table(92)
X = torch.tensor(x_train)
Y = torch.tensor(y_train)
XT, YT = torch.tensor(x_test), torch.tensor(y_test)

w = torch.nn.init.trunc_normal_(torch.empty(N_FEATURES, 2)).requires_grad_()
b = torch.zeros(2, requires_grad=True)
optimizer = torch.optim.SGD([w, b], lr=LEARNING_RATE)

for epoch in range(EPOCHS):
    perm = torch.randperm(len(X))
    total_loss, n_batches = 0.0, 0
    for i in range(0, len(X), BATCH_SIZE):
        idx = perm[i:i + BATCH_SIZE]
        score = X[idx] @ w + b
        entropy = F.cross_entropy(score, Y[idx])
        regularizer = BETA * 0.5 * (w ** 2).sum()
        loss = entropy + regularizer
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total_loss += entropy.item()
        n_batches += 1
    if epoch % 5 == 0:
        print("Average loss epoch %d: %.4f" % (epoch, total_loss / n_batches))

with torch.no_grad():
    acc = ((XT @ w + b).argmax(1) == YT).float().mean().item()
    acc_tr = ((X @ w + b).argmax(1) == Y).float().mean().item()
print("Accuracy train %.3f test %.3f (majority %.3f)" % (acc_tr, acc, max(YT.float().mean().item(), 1 - YT.float().mean().item())))
