import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

t = torch.arange(0, 3000, dtype=torch.float32)
signal = torch.sin(0.2 * t) * torch.sin(0.031 * t) + 0.05 * torch.randn(len(t))
streams = signal[: 10 * 300].view(10, 300, 1)
CHUNK = 20


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(1, 32, batch_first=True)
        self.out = nn.Linear(32, 1)

    def forward(self, x, state):
        h, state = self.rnn(x, state)
        return self.out(h), state


net = Net()
ema = {k: v.clone() for k, v in net.state_dict().items()}
opt = torch.optim.RMSprop(net.parameters(), lr=2e-3)
for epoch in range(15):
    state, total, n = None, 0.0, 0
    for s in range(0, 300 - CHUNK - 1, CHUNK):
        x, y = streams[:, s:s + CHUNK], streams[:, s + 1:s + CHUNK + 1]
        out, state = net(x, state)
        state = tuple(v.detach() for v in state)
        loss = nn.functional.huber_loss(out, y)
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        opt.step()
        with torch.no_grad():
            for k, v in net.state_dict().items():
                ema[k].mul_(0.98).add_(v, alpha=0.02)
        total += loss.item()
        n += 1
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1} huber {total / n:.5f}")

net.load_state_dict(ema)
with torch.no_grad():
    out, _ = net(streams[:, :-1], None)
    mse = ((out - streams[:, 1:]) ** 2)[:, 20:].mean()
print(f"one-step mse of the averaged weights {mse:.4f}, variance {streams.var():.4f}")
