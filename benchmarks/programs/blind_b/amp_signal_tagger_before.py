# Mixed precision conv tagger: per-timestep labelling of a noisy on/off signal
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def batch(n=32, T=40):
    state = torch.zeros(n, T, dtype=torch.long)
    s = torch.randint(0, 2, (n,))
    for t in range(T):
        flip = torch.rand(n) < 0.12
        s = torch.where(flip, 1 - s, s)
        state[:, t] = s
    x = state.float() + 0.8 * torch.randn(n, T)
    return x.unsqueeze(1), state


class Tagger(nn.Module):
    def __init__(self, ch=24):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(1, ch, 5, padding=2), nn.ReLU(),
            nn.Conv1d(ch, ch, 5, padding=2), nn.ReLU(),
            nn.Conv1d(ch, 2, 1),
        )

    def forward(self, x):
        return self.body(x)


class AmpTrainer:
    def __init__(self, model, lr=3e-3):
        self.model = model
        self.opt = torch.optim.Adam(model.parameters(), lr=lr)
        self.loss_fn = nn.CrossEntropyLoss(reduction="sum")

    def train_step(self, x, y):
        self.scaler = torch.amp.GradScaler("cpu")
        self.opt.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.float16):
            out = self.model(x)
            loss = self.loss_fn(out.float(), y)
        self.scaler.scale(loss).backward()
        self.scaler.unscale_(self.opt)
        nn.utils.clip_grad_norm_(self.model.parameters(), 1000.0)
        self.scaler.step(self.opt)
        self.scaler.update()
        return loss.item()

    @torch.no_grad()
    def evaluate(self):
        x, y = batch(200)
        return (self.model(x).argmax(1) == y).float().mean().item()


trainer = AmpTrainer(Tagger())
for step in range(200):
    loss = trainer.train_step(*batch())
    if step % 40 == 0:
        print("step", step, "loss", round(loss, 4), "scale", trainer.scaler.get_scale())
print("tag accuracy: %.3f" % trainer.evaluate())
