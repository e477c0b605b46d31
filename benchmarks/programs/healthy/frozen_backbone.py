"""Transfer learning: freeze the convolutional features, train a new head."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)

shapes = torch.randn(12, 3, 8, 8)


def images(classes, n):
    labels = torch.randint(0, len(classes), (n,))
    x = shapes[torch.tensor(classes)[labels]] + 1.2 * torch.randn(n, 3, 8, 8)
    return x, labels


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(32)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = F.relu(self.bn2(self.conv2(x)))
        return F.adaptive_avg_pool2d(x, 2).flatten(1)


class Classifier(nn.Module):
    def __init__(self, backbone, n_classes):
        super().__init__()
        self.backbone = backbone
        self.fc = nn.Linear(128, n_classes)

    def forward(self, x):
        return self.fc(self.backbone(x))


def fit(model, params, x, y, epochs, lr):
    optimizer = torch.optim.Adam(params, lr=lr)
    for epoch in range(epochs):
        hits = 0
        for idx in torch.randperm(len(x)).split(40):
            optimizer.zero_grad()
            out = model(x[idx])
            loss = F.cross_entropy(out, y[idx])
            loss.backward()
            optimizer.step()
            hits += (out.argmax(1) == y[idx]).sum().item()
        print(f"  epoch {epoch}: loss {loss.item():.3f} acc {hits / len(x):.3f}")


print("pretraining on 8 classes")
x, y = images(list(range(8)), 1000)
model = Classifier(Backbone(), 8)
fit(model, model.parameters(), x, y, epochs=4, lr=2e-3)

print("fine-tuning the head on 4 new classes")
for p in model.backbone.parameters():
    p.requires_grad = False
model.backbone.eval()
model.fc = nn.Linear(128, 4)
x, y = images([8, 9, 10, 11], 600)
fit(model, model.fc.parameters(), x, y, epochs=10, lr=5e-3)
