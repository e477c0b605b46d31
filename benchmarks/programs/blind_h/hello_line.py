import os
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

xs = torch.tensor([[-1.0], [0.0], [1.0], [2.0], [3.0], [4.0]])
ys = torch.tensor([[-3.0], [-1.0], [1.0], [3.0], [5.0], [7.0]])

unit = torch.nn.Linear(1, 1)
torch.nn.init.xavier_uniform_(unit.weight)
torch.nn.init.zeros_(unit.bias)
sgd = torch.optim.SGD(unit.parameters(), lr=0.01)
history = []
for epoch in range(500):
    loss = torch.nn.functional.mse_loss(unit(xs), ys)
    sgd.zero_grad()
    loss.backward()
    sgd.step()
    history.append(loss.item())
    if epoch % 50 == 0:
        print("Epoch %d/500 loss %.6f" % (epoch + 1, history[-1]))

with torch.no_grad():
    print("weight", unit.weight.item(), "bias", unit.bias.item())
    print("prediction for 10:", unit(torch.tensor([[10.0]])).item(), "loss", history[-1])
