import copy

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def get_model():
    return nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 3))


def get_optimizer(model, lr=1e-2):
    """Weights get decay, biases do not."""
    model = copy.deepcopy(model)
    decay = [p for n, p in model.named_parameters() if n.endswith("weight")]
    rest = [p for n, p in model.named_parameters() if not n.endswith("weight")]
    groups = [{"params": decay, "weight_decay": 1e-3}, {"params": rest, "weight_decay": 0.0}]
    return torch.optim.SGD(groups, lr=lr, momentum=0.9)


def fit(model, optimizer, loader, epochs):
    loss_fn = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        hits = seen = 0
        for x, y in loader:
            optimizer.zero_grad()
            out = model(x)
            loss = loss_fn(out, y)
            loss.backward()
            optimizer.step()
            hits += (out.argmax(1) == y).sum().item()
            seen += len(y)
        print(f"epoch {epoch} loss {loss.item():.3f} acc {hits / seen:.3f}")


torch.manual_seed(4)
x = torch.randn(900, 16)
y = (x[:, :6] @ torch.randn(6, 3)).argmax(1)
loader = DataLoader(TensorDataset(x, y), batch_size=30, shuffle=True)
model = get_model()
fit(model, get_optimizer(model), loader, epochs=10)
