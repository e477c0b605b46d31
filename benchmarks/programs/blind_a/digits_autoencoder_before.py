"""Autoencoder for the 8x8 digits; reports reconstruction against the mean image."""
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class AutoEncoder(nn.Module):
    def __init__(self, code=12):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(64, 48),
            nn.ReLU(True),
            nn.Linear(48, code),
        )
        self.decoder = nn.Sequential(
            nn.Linear(code, 48),
            nn.ReLU(True),
            nn.Linear(48, 64),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Trainer:
    def __init__(self, model, x_train, x_val, lr=0.2, batch_size=64):
        self.model = model
        self.x_train, self.x_val = x_train, x_val
        self.batch_size = batch_size
        self.criterion = nn.MSELoss(reduction="sum")
        self.optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)

    def batches(self):
        order = torch.randperm(len(self.x_train))
        for chunk in order.split(self.batch_size):
            yield self.x_train[chunk]

    def train_epoch(self):
        self.model.train()
        total = 0.0
        for x in self.batches():
            self.optimizer.zero_grad()
            loss = self.criterion(self.model(x), x)
            loss.backward()
            self.optimizer.step()
            total += loss.item()
        return total

    @torch.no_grad()
    def validate(self):
        self.model.eval()
        err = (self.model(self.x_val) - self.x_val).pow(2).mean()
        base = (self.x_train.mean(0) - self.x_val).pow(2).mean()
        return err.item(), base.item()

    def fit(self, epochs):
        for e in range(epochs):
            t = self.train_epoch()
            if e % 5 == 0 or e == epochs - 1:
                err, base = self.validate()
                print(f"epoch {e}: train {t:.5g}  val mse {err:.5g} (mean image {base:.5g})")
        return self.validate()


x = torch.tensor(load_digits().data, dtype=torch.float32) / 16
x = x[torch.randperm(len(x))]
trainer = Trainer(AutoEncoder(), x[:1500], x[1500:])
err, base = trainer.fit(40)
print(f"explained: {1 - err / base:.3f}")
