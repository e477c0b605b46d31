"""Recurrent network with a projection, on long sequences."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class ProjectedRNNCell(nn.Module):
    def __init__(self, n_in, n_cell, n_proj):
        super().__init__()
        self.w_ih = nn.Linear(n_in, n_cell)
        self.w_hh = nn.Linear(n_proj, n_cell, bias=False)
        self.proj = nn.Linear(n_cell, n_proj, bias=False)
        nn.init.normal_(self.w_hh.weight, std=0.26)
        nn.init.normal_(self.proj.weight, std=0.26)

    def forward(self, x, state):
        cell = F.relu(self.w_ih(x) + self.w_hh(state))
        return self.proj(cell)


class AcousticModel(nn.Module):
    def __init__(self, n_in=13, n_cell=48, n_proj=24, n_out=8):
        super().__init__()
        self.n_proj = n_proj
        self.cell = ProjectedRNNCell(n_in, n_cell, n_proj)
        self.out = nn.Linear(n_proj, n_out)

    def forward(self, seq):
        state = seq.new_zeros(seq.size(0), self.n_proj)
        outputs = []
        for frame in seq.unbind(1):
            state = self.cell(frame, state)
            outputs.append(self.out(state))
        return torch.stack(outputs, 1)


def utterances(n, length):
    proto = torch.randn(8, 13)
    labels = torch.randint(0, 8, (n, length // 10)).repeat_interleave(10, dim=1)
    return proto[labels] + 0.5 * torch.randn(n, length, 13), labels


torch.manual_seed(0)
length = 150
feats, labels = utterances(64, length)
model = AcousticModel()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

for it in range(80):
    pick = torch.randint(0, 64, (16,))
    logits = model(feats[pick])
    loss = F.cross_entropy(logits.flatten(0, 1), labels[pick].flatten())
    optimizer.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    if it % 10 == 0 or it == 79:
        print(f"iter {it:3d} loss {loss.item():.4g} grad norm {norm.item():.4g}")
