import os
import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def load():
    x, y = load_breast_cancer(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3, random_state=SEED, stratify=y)
    scaler = StandardScaler().fit(x_train)
    x_train, x_test = scaler.transform(x_train), scaler.transform(x_test)
    to_t = lambda a: torch.tensor(a, dtype=torch.float32)
    return to_t(x_train), to_t(x_test), to_t(y_train).reshape(-1, 1), to_t(y_test).reshape(-1, 1)


class Classifier(nn.Module):
    def __init__(self, n_features):
        super().__init__()
        self.fc1 = nn.Linear(n_features, 32)
        self.fc2 = nn.Linear(32, 16)
        self.fc3 = nn.Linear(16, 1)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return torch.sigmoid(self.fc3(x))


def main():
    x_train, x_test, y_train, y_test = load()
    model = Classifier(x_train.shape[1])
    criterion = nn.BCELoss()
    optimizer = optim.SGD(model.parameters(), lr=0.05)
    n = len(x_train)
    for epoch in range(1, 61):
        model.train()
        perm = torch.randperm(n)
        epoch_loss = 0.
        for start in range(0, n, 32):
            batch = perm[start:start + 32]
            optimizer.zero_grad()
            out = model(x_train[batch])
            loss = criterion(out, y_train[batch])
            loss.backward()
            optimizer.step()
            epoch_loss += loss.item() * len(batch)
        if epoch % 10 == 0:
            print("Epoch %d  loss %.4f" % (epoch, epoch_loss / n))
    model.eval()
    with torch.no_grad():
        pred = (model(x_test) >= 0.5).float()
        acc = (pred == y_test).float().mean().item()
        print("test accuracy %.3f (all-benign baseline %.3f)" % (acc, y_test.mean().item()))


if __name__ == "__main__":
    main()
