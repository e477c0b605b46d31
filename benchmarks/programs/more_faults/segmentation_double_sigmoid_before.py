import torch
import torch.nn as nn


class TinyUNet(nn.Module):
    def __init__(self, ch=12):
        super().__init__()
        self.down1 = nn.Sequential(nn.Conv2d(1, ch, 3, padding=1), nn.ReLU())
        self.down2 = nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(ch, 2 * ch, 3, padding=1), nn.ReLU())
        self.up = nn.ConvTranspose2d(2 * ch, ch, 2, stride=2)
        self.out = nn.Conv2d(2 * ch, 1, 3, padding=1)

    def forward(self, x):
        a = self.down1(x)
        b = torch.relu(self.up(self.down2(a)))
        return torch.sigmoid(self.out(torch.cat([a, b], 1)))


def make_cells(n, size=16):
    yy, xx = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    cx, cy = torch.randint(3, size - 3, (2, n, 1, 1))
    r = torch.randint(2, 4, (n, 1, 1))
    mask = ((xx - cx) ** 2 + (yy - cy) ** 2 <= r**2).float().unsqueeze(1)
    return mask * 1.5 + 0.7 * torch.randn(n, 1, size, size), mask


def dice(pred, mask):
    inter = (pred * mask).sum()
    return (2 * inter / (pred.sum() + mask.sum() + 1e-6)).item()


def main():
    torch.manual_seed(0)
    images, masks = make_cells(300)
    net = TinyUNet()
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    for epoch in range(8):
        for idx in torch.randperm(250).split(10):
            optimizer.zero_grad()
            pred = net(images[idx])
            loss = criterion(pred, masks[idx])
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            hard = (net(images[250:]) > 0.5).float()
        print(f"epoch {epoch} loss {loss.item():.4f} dice {dice(hard, masks[250:]):.3f}")


main()
