import os
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

TABLE = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
GATES = {"and": [0, 0, 0, 1], "or": [0, 1, 1, 1]}


def train_gate(name, epochs=1000):
    y = torch.tensor(GATES[name], dtype=torch.float32)
    neuron = torch.nn.Linear(2, 1)
    torch.nn.init.zeros_(neuron.weight)
    torch.nn.init.zeros_(neuron.bias)
    opt = torch.optim.SGD(neuron.parameters(), lr=1.0)
    lossf = torch.nn.BCEWithLogitsLoss()
    for epoch in range(epochs):
        opt.zero_grad()
        loss = lossf(neuron(TABLE).squeeze(1), y)
        loss.backward()
        opt.step()
        if epoch % 250 == 0:
            print(name, epoch, loss.item())
    right = ((neuron(TABLE).squeeze(1) > 0).float() == y).float().mean().item()
    print(name, "loss", loss.item(), "correct", right)


for gate in GATES:
    train_gate(gate)
