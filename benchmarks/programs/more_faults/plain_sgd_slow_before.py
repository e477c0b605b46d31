import torch
import torch.nn.functional as F
from torch import nn


class SpeakerNet(nn.Module):
    def __init__(self, n_mel=20, n_speakers=5):
        super().__init__()
        self.conv = nn.Conv1d(n_mel, 32, 5)
        self.fc = nn.Linear(32, n_speakers)

    def forward(self, mel):
        return self.fc(F.relu(self.conv(mel)).mean(-1))


torch.manual_seed(0)
voice = torch.randn(5, 20, 1)
speaker = torch.randint(0, 5, (800,))
mel = 0.5 * voice[speaker] + torch.randn(800, 20, 30)
net = SpeakerNet()
optimizer = torch.optim.SGD(net.parameters(), lr=1e-5)
for epoch in range(12):
    total, hits = 0.0, 0
    for idx in torch.randperm(800).split(32):
        optimizer.zero_grad()
        out = net(mel[idx])
        loss = F.cross_entropy(out, speaker[idx])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(idx)
        hits += (out.argmax(1) == speaker[idx]).sum().item()
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1} loss {total / 800:.4f} acc {hits / 800:.3f}")
