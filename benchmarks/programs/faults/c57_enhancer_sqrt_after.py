"""Tiny mask-based speech enhancer trained on an envelope correlation measure."""

import math

import torch
from torch import nn


def envelope(frames):
    """(batch, time, freq) -> energy in 8 bands"""
    bands = frames.unflatten(-1, (8, 4))
    return torch.sqrt(bands.pow(2).sum(-1) + 1e-8)


def envelope_loss(estimate, clean):
    a, b = envelope(estimate), envelope(clean)
    return (a - b).pow(2).mean()


class MaskNet(nn.Module):
    def __init__(self, n_freq=32, hidden=64):
        super().__init__()
        self.rnn = nn.GRU(n_freq, hidden, batch_first=True)
        self.out = nn.Linear(hidden, n_freq)

    def forward(self, noisy):
        h, _ = self.rnn(noisy)
        return noisy * torch.sigmoid(self.out(h))


def speech_batch(n=16, time=20, n_freq=32):
    t = torch.arange(time).view(1, time, 1)
    phase = 2 * math.pi * torch.rand(n, 1, n_freq)
    clean = (1 + torch.sin(0.5 * t + phase)) * torch.linspace(1.5, 0.2, n_freq)
    noisy = clean + 0.3 * torch.randn(n, time, n_freq).abs()
    # some utterances are zero padded
    length = torch.where(torch.rand(n) < 0.03, time - 5, time)
    keep = (torch.arange(time) < length.view(n, 1)).unsqueeze(-1)
    return noisy * keep, clean * keep


def main():
    torch.manual_seed(10)
    model = MaskNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for step in range(250):
        noisy, clean = speech_batch()
        loss = envelope_loss(model(noisy), clean)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 25 == 0 or step == 249:
            print(f"step {step:4d}  loss {loss.item():.4f}")


if __name__ == "__main__":
    main()
