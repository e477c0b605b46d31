"""FedAvg on label-skewed clients; every client trains locally with its own SGD each round."""
import copy
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
ds = load_digits()
X, Y = torch.tensor(ds.data / 16.0, dtype=torch.float32), torch.tensor(ds.target)
o = torch.randperm(len(Y))
test, pool = o[:350], o[350:]
CLIENTS = 8
shards = pool[Y[pool].argsort(stable=True)].chunk(CLIENTS * 5)
deal = torch.randperm(CLIENTS * 5).tolist()
clients = [torch.cat([shards[deal[5 * c + k]] for k in range(5)]) for c in range(CLIENTS)]


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer_input = nn.Linear(64, 48)
        self.layer_hidden = nn.Linear(48, 10)

    def forward(self, x):
        return self.layer_hidden(F.relu(self.layer_input(x)))


def local_update(net, rows, local_ep=2, bs=10, lr=0.03):
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.5)
    for _ in range(local_ep):
        for b in rows[torch.randperm(len(rows))].split(bs):
            net.zero_grad()
            loss = F.cross_entropy(net(X[b]), Y[b])
            loss.backward()
            optimizer.step()
    return net.state_dict(), loss.item()


glob = MLP()
for rnd in range(15):
    chosen = range(CLIENTS)
    w, losses = [], []
    for c in chosen:
        sd, l = local_update(copy.deepcopy(glob), clients[c])
        w.append(sd)
        losses.append(l)
    glob.load_state_dict({k: torch.stack([s[k] for s in w]).mean(0) for k in w[0]})
    with torch.no_grad():
        acc = (glob(X[test]).argmax(1) == Y[test]).float().mean().item()
    print(f"Round {rnd:3d}, average loss {sum(losses) / len(losses):.3f}, test acc {acc:.3f}")
