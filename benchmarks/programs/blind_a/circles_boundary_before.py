# decision boundary demo on concentric rings
import os
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import make_circles

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
device = "cuda" if torch.cuda.is_available() else "cpu"

X, y = make_circles(n_samples=1200, noise=0.06, factor=0.6, random_state=SEED)
X = torch.from_numpy(X).float()
y = torch.from_numpy(y).float()
split = int(0.8 * len(X))
train_dl = DataLoader(TensorDataset(X[:split], y[:split]), batch_size=48, shuffle=True)
X_test, y_test = X[split:].to(device), y[split:].to(device)


class CircleModelV1(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer_1 = nn.Linear(in_features=2, out_features=20)
        self.layer_2 = nn.Linear(in_features=20, out_features=20)
        self.layer_3 = nn.Linear(in_features=20, out_features=1)

    def forward(self, x):
        return self.layer_3(self.layer_2(self.layer_1(x)))


def accuracy_fn(y_true, y_pred):
    return 100 * torch.eq(y_true, y_pred).sum().item() / len(y_pred)


model = CircleModelV1().to(device)
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

for epoch in range(40):
    model.train()
    for xb, yb in train_dl:
        logits = model(xb.to(device)).squeeze()
        loss = loss_fn(logits, yb.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.inference_mode():
        test_logits = model(X_test).squeeze()
        test_acc = accuracy_fn(y_test, torch.round(torch.sigmoid(test_logits)))
    if epoch % 10 == 0:
        print(f"Epoch: {epoch} | Loss: {loss.item():.5f} | Test acc: {test_acc:.2f}%")
print(f"Final test acc: {test_acc:.2f}%")
