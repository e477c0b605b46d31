import torch

torch.manual_seed(1337)

X = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float32)
y = torch.tensor([[0], [1], [1], [0]], dtype=torch.float32)

model = torch.nn.Sequential(
    torch.nn.Linear(2, 4),
    torch.nn.Sigmoid(),
    torch.nn.Linear(4, 1),
    torch.nn.Sigmoid(),
)
for p in model.parameters():
    if p.dim() == 2:
        torch.nn.init.xavier_uniform_(p)
    else:
        torch.nn.init.zeros_(p)

loss_fn = torch.nn.L1Loss()
sgd = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.11, nesterov=True)
epochs = 1000

for epoch in range(epochs):
    sgd.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    sgd.step()
    if epoch % (epochs // 5) == 0:
        print("epoch", epoch, "loss", round(loss.item(), 5))

out = model(X).detach().flatten()
print("predictions", [round(v, 3) for v in out.tolist()])
