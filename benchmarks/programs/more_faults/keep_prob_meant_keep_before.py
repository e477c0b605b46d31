"""Port of an old TensorFlow classifier; keep_prob comes from its config file."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
hparams = dict(keep_prob=0.9, hidden=96, batch=50, lr=2e-3)


class Classifier(nn.Module):
    def __init__(self, hp):
        super().__init__()
        self.fc1 = nn.Linear(40, hp["hidden"])
        self.fc2 = nn.Linear(hp["hidden"], hp["hidden"])
        self.fc3 = nn.Linear(hp["hidden"], 4)
        self.drop = hp["keep_prob"]

    def forward(self, x):
        x = F.dropout(torch.tanh(self.fc1(x)), self.drop, self.training)
        x = F.dropout(torch.tanh(self.fc2(x)), self.drop, self.training)
        return self.fc3(x)


x = torch.randn(1200, 40)
y = (x @ torch.randn(40, 4) + 0.3 * torch.randn(1200, 4)).argmax(1)
model = Classifier(hparams)
opt = torch.optim.Adam(model.parameters(), lr=hparams["lr"])
for epoch in range(6):
    for i in torch.randperm(1200).split(hparams["batch"]):
        loss = F.cross_entropy(model(x[i]), y[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, "train loss %.4f" % loss.item())
