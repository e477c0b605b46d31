import os
import torch
import torch.nn as nn
from sklearn.datasets import make_classification

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

Xn, yn = make_classification(n_samples=1000, n_features=4, n_informative=4, n_redundant=0,
                             class_sep=1.5, random_state=SEED)
X = torch.tensor(Xn, dtype=torch.float32)
y = torch.tensor(yn, dtype=torch.float32)
x_train, x_test = X[:800], X[800:]
y_train, y_test = y[:800], y[800:]


class BankNotes(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(
            nn.Linear(4, 16),
            nn.Tanh(),
            nn.Linear(16, 16),
            nn.Tanh(),
            nn.Linear(16, 1),
        )

    def forward(self, x):
        return self.model(x).squeeze(-1)

    def fit(self, x, y, epochs=20, batch_size=40):
        opt = torch.optim.RMSprop(self.parameters(), lr=0.003)
        crit = nn.BCEWithLogitsLoss()
        for e in range(epochs):
            p = torch.randperm(len(x))
            for i in range(0, len(x), batch_size):
                xb, yb = x[p[i:i + batch_size]], y[p[i:i + batch_size]]
                loss = crit(self(xb), yb)
                opt.zero_grad()
                loss.backward()
                opt.step()
            if e % 5 == 0:
                print("epoch", e, "loss", float(loss))


net = BankNotes()
net.fit(x_train, y_train)
with torch.no_grad():
    loss = nn.functional.binary_cross_entropy_with_logits(net(x_test), y_test)
    print("test loss", loss.item(), "acc", ((net(x_test) > 0).float() == y_test).float().mean().item())
