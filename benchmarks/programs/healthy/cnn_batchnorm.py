import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


def conv_block(c_in, c_out):
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, 3, padding=1, bias=False),
        nn.BatchNorm2d(c_out),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
    )


class ConvNet(nn.Module):
    def __init__(self, n_classes=8):
        super().__init__()
        self.layer1 = conv_block(3, 16)
        self.layer2 = conv_block(16, 32)
        self.fc = nn.Linear(32 * 9, n_classes)

    def forward(self, x):
        out = self.layer2(self.layer1(x))
        return self.fc(out.reshape(out.size(0), -1))


torch.manual_seed(0)
proto = nn.functional.interpolate(torch.randn(8, 3, 4, 4), size=12, mode="bilinear")
labels = torch.randint(0, 8, (1200,))
pictures = proto[labels] + 0.8 * torch.randn(1200, 3, 12, 12)
train_loader = DataLoader(TensorDataset(pictures[:960], labels[:960]), batch_size=32, shuffle=True)
test_loader = DataLoader(TensorDataset(pictures[960:], labels[960:]), batch_size=240)

model = ConvNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=5e-4)

num_epochs = 5
total_step = len(train_loader)
for epoch in range(num_epochs):
    model.train()
    for i, (images, target) in enumerate(train_loader):
        outputs = model(images)
        loss = criterion(outputs, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if (i + 1) % 15 == 0:
            print(
                f"Epoch [{epoch + 1}/{num_epochs}] [{i + 1}/{total_step}] Loss: {loss.item():.4f}"
            )

model.eval()
with torch.no_grad():
    correct = total = 0
    for images, target in test_loader:
        correct += (model(images).argmax(1) == target).sum().item()
        total += target.size(0)
print(f"Test accuracy: {100 * correct / total:.1f} %")
