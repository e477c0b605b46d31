import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
iris = load_iris()
X = StandardScaler().fit_transform(iris["data"])
Y = np.eye(3)[iris["target"]]
X_train, X_test, Y_train, Y_test = [torch.tensor(a, dtype=torch.float32) for a in train_test_split(X, Y, test_size=0.5, random_state=2)]


class Iris(nn.Module):
    def __init__(self, n_features, n_classes):
        super().__init__()
        self.hidden = nn.Linear(n_features, 8)
        self.out = nn.Linear(8, n_classes)
        for l in (self.hidden, self.out):
            nn.init.normal_(l.weight, std=0.05)
            nn.init.zeros_(l.bias)

    def forward(self, x):
        return torch.sigmoid(self.out(torch.relu(self.hidden(x))))


def categorical_crossentropy(target, output):
    output = output / output.sum(-1, keepdim=True)
    return -(target * output.clamp(1e-7, 1 - 1e-7).log()).sum(-1).mean()


model = Iris(4, 3)
opt = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
for epoch in range(80):
    for i in torch.randperm(len(X_train)).split(5):
        loss = categorical_crossentropy(Y_train[i], model(X_train[i]))
        opt.zero_grad(); loss.backward(); opt.step()
    if epoch % 10 == 9:
        with torch.no_grad():
            print("Epoch %d: loss %.4f val_acc %.4f" % (epoch + 1, loss.item(), (model(X_test).argmax(1) == Y_test.argmax(1)).float().mean()))
with torch.no_grad():
    print("Test accuracy: %.4f" % (model(X_test).argmax(1) == Y_test.argmax(1)).float().mean())
