import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(42)


def fake_mnist(n, size=14):
    """Ten blurry glyphs, shifted about and noisy, normalised like MNIST."""
    glyphs = F.interpolate(torch.rand(10, 1, 5, 5), size=(10, 10), mode="bilinear")
    glyphs = (glyphs > 0.55).float()
    labels = torch.randint(0, 10, (n,))
    images = torch.zeros(n, 1, size, size)
    for i in range(n):
        dx, dy = torch.randint(0, size - 10 + 1, (2,)).tolist()
        images[i, :, dx : dx + 10, dy : dy + 10] = glyphs[labels[i]]
    images = (images + 0.2 * torch.randn_like(images)).clamp(0, 1)
    return (images - 0.1307) / 0.3081, labels


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.fc1 = nn.Linear(64 * 5 * 5, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, 64 * 5 * 5)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


images, labels = fake_mnist(1300)
train_loader = DataLoader(TensorDataset(images[:1050], labels[:1050]), batch_size=30, shuffle=True)
test_x, test_y = images[1050:], labels[1050:]

model = Net()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

for epoch in range(10):
    model.train()
    total = 0
    for batch_idx, (data, target) in enumerate(train_loader):
        output = model(data)
        loss = criterion(output, target)
        loss.backward()
        optimizer.step()
        total += loss.item()
    model.eval()
    with torch.no_grad():
        acc = (model(test_x).argmax(1) == test_y).float().mean().item()
    print(f"Epoch: {epoch} Loss: {total / len(train_loader):.4f} Test accuracy: {acc:.3f}")
