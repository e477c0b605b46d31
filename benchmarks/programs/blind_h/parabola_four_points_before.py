import os
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# 模型参数 A*x^2 + B*x + C
A = torch.nn.Parameter(torch.tensor([0.0]))
B = torch.nn.Parameter(torch.tensor([0.0]))
C = torch.nn.Parameter(torch.tensor([0.0]))


def quadratic(x):
    return A * (x ** 2) + B * x + C


x_train = torch.tensor([0.0, 1.0, 2.0, 3.0])
y_train = torch.tensor([0.0, 1.0, 4.0, 9.0])

optimizer = torch.optim.SGD([A, B, C], lr=0.01)
for i in range(1000):
    loss = torch.sum((quadratic(x_train) - y_train) ** 2)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if i % 100 == 0:
        print(i, "loss: %s" % loss.item())

final = torch.sum((quadratic(x_train) - y_train) ** 2).item()
print("A: %s B: %s C: %s loss: %s" % (A.item(), B.item(), C.item(), final))
