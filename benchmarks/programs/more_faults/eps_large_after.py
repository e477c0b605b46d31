import torch
from torch import nn

torch.manual_seed(0)
config = {"optimizer": {"lr": 1e-3, "alpha": 0.99, "eps": 1e-8}, "batch": 50, "epochs": 15}

images = torch.rand(1000, 1, 10, 10)
labels = torch.randint(0, 4, (1000,))
for i, label in enumerate(labels.tolist()):
    r, c = divmod(label, 2)
    images[i, 0, 5 * r : 5 * r + 5, 5 * c : 5 * c + 5] += 0.25


class SmallConv(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
        self.classifier = nn.Sequential(nn.Linear(128, 32), nn.ReLU(), nn.Linear(32, 4))

    def forward(self, x):
        return self.classifier(self.features(x - 0.5))


net = SmallConv()
optimizer = torch.optim.RMSprop(net.parameters(), **config["optimizer"])
for epoch in range(config["epochs"]):
    right = 0
    for idx in torch.randperm(1000).split(config["batch"]):
        out = net(images[idx])
        loss = nn.functional.cross_entropy(out, labels[idx])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        right += int((out.argmax(1) == labels[idx]).sum())
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1}: loss {loss.item():.4f}, accuracy {right / 1000:.3f}")
