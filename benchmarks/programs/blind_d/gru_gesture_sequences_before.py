# Classify accelerometer-like gestures with a GRU (was a Keras model)
import os
import math
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

CLASSES, T = 5, 20


def gestures(n):
    y = torch.randint(0, CLASSES, (n,))
    t = torch.linspace(0, 1, T).unsqueeze(0)
    freq = (1 + y.float()).unsqueeze(1)
    phase = torch.rand(n, 1) * 2 * math.pi
    a = torch.sin(2 * math.pi * freq * t + phase)
    b = torch.cos(2 * math.pi * freq * t + phase)
    c = torch.rand(n, 1) * torch.ones_like(t)
    x = torch.stack([a, b, c], dim=-1)
    return x + 0.2 * torch.randn_like(x), y


class GestureGRU(nn.Module):
    def __init__(self, hidden=48):
        super().__init__()
        self.gru = nn.GRU(3, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, CLASSES)

    def forward(self, x):
        _, h = self.gru(x)
        return self.fc(h[-1])


x_train, y_train = gestures(1600)
x_test, y_test = gestures(400)
model = GestureGRU()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=0.3)
criterion = nn.CrossEntropyLoss()


def evaluate():
    model.eval()
    with torch.no_grad():
        out = model(x_test)
        return criterion(out, y_test).item(), (out.argmax(1) == y_test).float().mean().item()


for epoch in range(1, 13):
    model.train()
    for idx in torch.randperm(len(x_train)).split(64):
        loss = criterion(model(x_train[idx]), y_train[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    vl, va = evaluate()
    if epoch % 2 == 0:
        print("epoch", epoch, "loss %.4f val_loss %.4f val_acc %.3f" % (loss.item(), vl, va))
print("val accuracy", va)
