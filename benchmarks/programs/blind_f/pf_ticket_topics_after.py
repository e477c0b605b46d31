# Route support tickets to a team (8 teams), bag of words -> MLP
import os
import random
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
torch.set_num_threads(1)

VOCAB, TEAMS, LEN = 400, 8, 12
DROP = 0.1


def ticket():
    team = random.randrange(TEAMS)
    words = []
    for _ in range(LEN):
        if random.random() < 0.35:
            words.append(team * 20 + random.randrange(20))
        else:
            words.append(random.randrange(VOCAB))
    return words, team


def make(n):
    xs, ys = zip(*(ticket() for _ in range(n)))
    return torch.tensor(xs), torch.tensor(ys)


class Router(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, 32)
        self.fc1 = nn.Linear(32, 48)
        self.fc2 = nn.Linear(48, 48)
        self.out = nn.Linear(48, TEAMS)
        self.drop = nn.Dropout(DROP)

    def forward(self, tokens):
        h = self.emb(tokens).mean(1)
        h = self.drop(torch.relu(self.fc1(h)))
        h = self.drop(torch.relu(self.fc2(h)))
        return self.out(h)


x_tr, y_tr = make(2000)
x_va, y_va = make(500)
model = Router()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
loss_fn = nn.CrossEntropyLoss()


def accuracy(x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(-1) == y).float().mean().item()


for epoch in range(10):
    model.train()
    perm = torch.randperm(len(x_tr))
    s = 0.0
    for i in range(0, len(perm), 32):
        j = perm[i:i + 32]
        opt.zero_grad()
        loss = loss_fn(model(x_tr[j]), y_tr[j])
        loss.backward()
        opt.step()
        s += loss.item() * len(j)
    print(f"epoch {epoch}: loss {s / len(perm):.3f} val acc {accuracy(x_va, y_va):.3f}")
print("final val acc", round(accuracy(x_va, y_va), 3))
