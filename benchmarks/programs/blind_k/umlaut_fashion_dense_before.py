"""Fashion-MNIST style classifier: Flatten - Dense 128 relu - Dense 10."""
import os
import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

d = load_digits()
images = np.kron(d.images, np.ones((1, 3, 3)))
images = np.pad(images, ((0, 0), (2, 2), (2, 2))) * (255 / 16)
images = (images / 255.0).astype("float32")
shuffled = np.random.permutation(len(images))
train_images, train_labels = torch.tensor(images[shuffled[:1500]]), torch.tensor(d.target[shuffled[:1500]])
test_images, test_labels = torch.tensor(images[shuffled[1500:]]), torch.tensor(d.target[shuffled[1500:]])


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(28 * 28, 128)
        self.out = nn.Linear(128, 10)

    def forward(self, x):
        x = x.reshape(len(x), -1)
        x = F.relu(self.hidden(x))
        x = self.out(x)
        return x


model = Classifier()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.NLLLoss()
for epoch in range(10):
    correct = 0
    for i in torch.randperm(len(train_images)).split(32):
        scores = model(train_images[i])
        loss = criterion(scores, train_labels[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        correct += (scores.argmax(1) == train_labels[i]).sum().item()
    print(f"Epoch {epoch + 1}/10 - loss: {loss.item():.4f} - accuracy: {correct / len(train_images):.4f}")
with torch.no_grad():
    print("Test accuracy:", (model(test_images).argmax(1) == test_labels).float().mean().item())
