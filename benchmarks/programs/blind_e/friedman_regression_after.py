import os
import torch
import torch.nn as nn
from sklearn.datasets import make_friedman1
from sklearn.preprocessing import scale

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = make_friedman1(n_samples=700, n_features=8, noise=0.5, random_state=SEED)
X = torch.tensor(scale(X)).float()
y = torch.tensor(scale(y)).float().view(-1, 1)
Xtr, ytr, Xte, yte = X[:550], y[:550], X[550:], y[550:]


class Net(nn.Module):
    def __init__(self, D_in, H, D_out):
        super(Net, self).__init__()
        self.input_linear = nn.Linear(D_in, H)
        self.middle_linear1 = nn.Linear(H, H)
        self.middle_linear2 = nn.Linear(H, H)
        self.output_linear = nn.Linear(H, D_out)

    def forward(self, x):
        h = self.input_linear(x).clamp(min=0)
        h = self.middle_linear1(h).clamp(min=0)
        h = self.middle_linear2(h).clamp(min=0)
        return self.output_linear(h)


model = Net(8, 50, 1)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
# full batch
for t in range(400):
    y_pred = model(Xtr)
    loss = criterion(y_pred, ytr)
    if t % 50 == 0:
        print(t, loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
with torch.no_grad():
    e = criterion(model(Xte), yte).item()
print("test mse", e, "variance of y", yte.var().item())
