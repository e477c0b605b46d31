"""Next step of a noisy sine, by a small recurrent net."""

import torch
import torch.nn as nn

torch.manual_seed(0)
MAX_GRAD_NORM = 1.0
time = torch.arange(0, 60, 0.1)
wave = torch.sin(time) + 0.5 * torch.sin(2.3 * time) + 0.05 * torch.randn(len(time))
windows = wave.unfold(0, 21, 1)
x, y = windows[:, :20].unsqueeze(-1), windows[:, 20:]


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(1, 32, batch_first=True)
        self.fc = nn.Linear(32, 1)

    def forward(self, x):
        out, _ = self.rnn(x)
        return self.fc(out[:, -1])


model = Forecaster()
opt = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for epoch in range(30):
    total = 0.0
    for idx in torch.randperm(len(x)).split(40):
        loss = nn.functional.mse_loss(model(x[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), MAX_GRAD_NORM)
        opt.step()
        total += loss.item() * len(idx)
    if epoch % 6 == 5:
        print(f"epoch {epoch + 1:3d} mse {total / len(x):.4f}")
