"""Prune a small CNN (fewer channels in the classifier), then fine-tune it."""

import torch
import torch.nn as nn


def make_images(n, n_classes=6):
    g = torch.Generator().manual_seed(5)
    proto = torch.randn(n_classes, 3, 8, 8, generator=g)
    y = torch.randint(0, n_classes, (n,), generator=g)
    x = proto[y] + 2.0 * torch.randn(n, 3, 8, 8, generator=g)
    return x, y


class SmallCNN(nn.Module):
    def __init__(self, n_classes=6):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(2),
        )
        self.classifier = nn.Sequential(nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, n_classes))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


def speedup(model, keep=24):
    """Replace the classifier by a slimmer one with the strongest hidden units."""
    old1, old2 = model.classifier[0], model.classifier[2]
    strongest = old1.weight.abs().sum(1).topk(keep).indices
    new1, new2 = nn.Linear(128, keep), nn.Linear(keep, old2.out_features)
    new1.weight.data.copy_(old1.weight.data[strongest])
    new1.bias.data.copy_(old1.bias.data[strongest])
    model.classifier = nn.Sequential(new1, nn.ReLU(), new2)
    return model


def train_epoch(model, optimizer, x, y, batch_size=50):
    total = hits = 0.0
    for idx in torch.randperm(len(x)).split(batch_size):
        optimizer.zero_grad()
        out = model(x[idx])
        loss = nn.functional.cross_entropy(out, y[idx])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(idx)
        hits += (out.argmax(1) == y[idx]).sum().item()
    return total / len(x), hits / len(x)


if __name__ == "__main__":
    torch.manual_seed(0)
    x, y = make_images(1000)
    model = speedup(SmallCNN())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    before = model.classifier[2].weight.clone()
    for epoch in range(12):
        loss, acc = train_epoch(model, optimizer, x, y)
        print(f"fine-tune {epoch}: loss {loss:.3f} acc {acc:.3f}")
    print("classifier moved by", (model.classifier[2].weight - before).norm().item())
