import os, torch, torch.nn as nn, torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
sc = StandardScaler().fit(d.data[:1300])
X = torch.tensor(sc.transform(d.data), dtype=torch.float32)
Y = torch.tensor(d.target)
Xtr, Ytr, Xte, Yte = X[:1300], Y[:1300], X[1300:], Y[1300:]

teacher = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
student = nn.Sequential(nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 10))


def accuracy(m):
    m.eval()
    with torch.no_grad():
        return (m(Xte).argmax(1) == Yte).float().mean().item()


def fit_teacher(epochs=12):
    opt = torch.optim.Adam(teacher.parameters(), lr=1e-3)
    for e in range(epochs):
        teacher.train()
        for b in torch.randperm(1300).split(64):
            loss = F.cross_entropy(teacher(Xtr[b]), Ytr[b])
            opt.zero_grad(); loss.backward(); opt.step()
    print("teacher loss", round(loss.item(), 4), "accuracy", accuracy(teacher))


def distill(epochs=20, T=3.0, alpha=0.7):
    teacher.eval()
    opt = torch.optim.Adam(student.parameters(), lr=3e-3)
    for e in range(epochs):
        student.train()
        for b in torch.randperm(1300).split(64):
            with torch.no_grad():
                t = teacher(Xtr[b])
            s = student(Xtr[b])
            soft = F.kl_div(F.log_softmax(s / T, 1), F.softmax(t / T, 1), reduction="batchmean") * T * T
            loss = alpha * soft + (1 - alpha) * F.cross_entropy(s, Ytr[b])
            opt.zero_grad(); loss.backward(); opt.step()
        if e % 5 == 0:
            print("epoch", e, "kd loss", round(loss.item(), 4))
    print("student accuracy", accuracy(student))


fit_teacher()
distill()
