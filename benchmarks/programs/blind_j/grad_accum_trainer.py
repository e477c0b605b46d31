import os
import torch
from torch import nn


class Trainer:
    def __init__(self, model, optimizer, scheduler, accum=4, clip=1.0, device="cpu"):
        self.model, self.optimizer, self.scheduler = model.to(device), optimizer, scheduler
        self.accum, self.clip = accum, clip
        self.device = device
        self.global_step = 0

    def fit(self, batches):
        self.model.train()
        self.optimizer.zero_grad()
        running = 0.0
        for i, (x, y) in enumerate(batches, 1):
            loss = nn.functional.huber_loss(self.model(x.to(self.device)), y.to(self.device)) / self.accum
            loss.backward()
            running += loss.item()
            if i % self.accum == 0:
                nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
                self.optimizer.step()
                self.scheduler.step()
                self.optimizer.zero_grad()
                self.global_step += 1
                if self.global_step % 60 == 0:
                    print(f"step {self.global_step} loss {running / 60:.5f} lr {self.scheduler.get_last_lr()[0]:.2e}")
                    running = 0.0

    @torch.no_grad()
    def score(self, x, y):
        self.model.eval()
        p = self.model(x)
        return (1 - (p - y).pow(2).sum() / (y - y.mean()).pow(2).sum()).item()


class ResMLP(nn.Module):
    def __init__(self, i, h=64, n=3):
        super().__init__()
        self.stem = nn.Linear(i, h)
        self.blocks = nn.ModuleList(nn.Sequential(nn.LayerNorm(h), nn.Linear(h, h), nn.SiLU(), nn.Linear(h, h)) for _ in range(n))
        self.gate = nn.Parameter(torch.zeros(n))
        self.head = nn.Linear(h, 1)

    def forward(self, x):
        x = self.stem(x)
        for g, b in zip(self.gate, self.blocks):
            x = x + g * b(x)
        return self.head(x)


def friedman(n):
    x = torch.rand(n, 10)
    y = 10 * torch.sin(torch.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    return (x - 0.5) * 3.46, ((y - 14.4) / 4.9)[:, None] + 0.1 * torch.randn(n, 1)


def main():
    torch.manual_seed(int(os.environ.get("SEED", "0")))
    x, y = friedman(4000)
    xt, yt = friedman(800)
    model = ResMLP(10)
    opt = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-2)
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=4e-3, total_steps=300)
    trainer = Trainer(model, opt, sched)
    trainer.fit(((x[i], y[i]) for i in (torch.randint(0, 4000, (32,)) for _ in range(1200))))
    print("test R2", round(trainer.score(xt, yt), 4))


if __name__ == "__main__":
    main()
