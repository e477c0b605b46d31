# %% 03. computer vision - exported notebook
import os
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
device = "cpu"

# %% data (stand-in for FashionMNIST, grey images in 0..1)
proto = nn.functional.interpolate(torch.rand(10, 1, 4, 4), size=16, mode="bilinear")


def get(n):
    y = torch.randint(0, 10, (n,))
    return TensorDataset((proto[y] + 0.15 * torch.randn(n, 1, 16, 16)).clamp(0, 1), y)


train_dataloader = DataLoader(get(3200), batch_size=32, shuffle=True)
test_dataloader = DataLoader(get(640), batch_size=32)


# %% model
class FashionMNISTModelV2(nn.Module):
    def __init__(self, input_shape, hidden_units, output_shape):
        super().__init__()

        def block(i, o):
            return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.ReLU(),
                                 nn.Conv2d(o, o, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.block_1 = block(input_shape, hidden_units)
        self.block_2 = block(hidden_units, hidden_units)
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(hidden_units * 4 * 4, output_shape))

    def forward(self, x):
        return self.classifier(self.block_2(self.block_1(x)))


model_2 = FashionMNISTModelV2(1, 10, 10).to(device)

# %% loss and optimizer
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(params=model_2.parameters(), lr=0.1)

# %% train
torch.manual_seed(42 + SEED)
model_2 = FashionMNISTModelV2(1, 10, 10).to(device)
for epoch in range(4):
    train_loss, hits = 0.0, 0
    model_2.train()
    for X, y in train_dataloader:
        y_pred = model_2(X)
        loss = loss_fn(y_pred, y)
        train_loss += loss.item()
        hits += (y_pred.argmax(1) == y).sum().item()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model_2.eval()
    with torch.inference_mode():
        test_acc = sum((model_2(X).argmax(1) == y).sum().item() for X, y in test_dataloader) / 640
    print(f"epoch {epoch} | train loss {train_loss / len(train_dataloader):.4f} | train acc {hits / 3200:.3f} | test acc {test_acc:.3f}")
