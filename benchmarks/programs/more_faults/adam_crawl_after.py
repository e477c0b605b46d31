import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
features = torch.randn(1200, 12)
price = features[:, 0] * features[:, 1] + 2 * torch.tanh(features[:, 2]) + features[:, 3]
price = ((price - price.mean()) / price.std()).unsqueeze(1)
loader = DataLoader(TensorDataset(features, price), batch_size=64, shuffle=True)


class PriceModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(12, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU())
        self.out = nn.Linear(48, 1)

    def forward(self, x):
        return self.out(self.body(x))


model = PriceModel()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
criterion = nn.MSELoss()
for epoch in range(25):
    running = 0.0
    for xb, yb in loader:
        loss = criterion(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss.item()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1:2d}  mse {running / len(loader):.4f}")
