import torch
import torch.nn as nn

torch.manual_seed(1)

config = dict(
    vocab=200, maxlen=12, emb=24, hidden=24, n_train=2000, n_val=200, batch=40, epochs=6, lr=4e-3
)


class Attention(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.attention_vector = nn.Parameter(torch.randn(size) * 0.05)

    def forward(self, inputs):
        logits = inputs.matmul(self.attention_vector)
        weights = torch.softmax(logits, dim=1)
        return (inputs * weights.unsqueeze(-1)).sum(1)


class EmojiNet(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.embed = nn.Embedding(cfg["vocab"], cfg["emb"])
        self.lstm = nn.LSTM(cfg["emb"], cfg["hidden"], batch_first=True, bidirectional=True)
        self.attention_layer = Attention(2 * cfg["hidden"])
        self.output_layer = nn.Linear(2 * cfg["hidden"], 2)

    def forward(self, tokens):
        x = torch.tanh(self.embed(tokens))
        x, _ = self.lstm(x)
        x = self.attention_layer(x)
        outputs = self.output_layer(x)
        return outputs


def sentences(n, cfg):
    polarity = torch.randn(cfg["vocab"])
    tokens = torch.randint(0, cfg["vocab"], (n, cfg["maxlen"]))
    return tokens, (polarity[tokens].sum(1) > 0).long()


X, y = sentences(config["n_train"] + config["n_val"], config)
X_train, y_train = X[: config["n_train"]], y[: config["n_train"]]
X_val, y_val = X[config["n_train"] :], y[config["n_train"] :]

model = EmojiNet(config)
loss_op = nn.CrossEntropyLoss()
adam = torch.optim.Adam(filter(lambda p: p.requires_grad, model.parameters()), lr=config["lr"])

for epoch in range(config["epochs"]):
    model.train()
    for i in range(0, len(X_train), config["batch"]):
        adam.zero_grad()
        outputs = model(X_train[i : i + config["batch"]])
        loss = loss_op(outputs, y_train[i : i + config["batch"]])
        loss.backward()
        adam.step()
    model.eval()
    with torch.no_grad():
        val = model(X_val)
        val_loss = loss_op(val, y_val).item()
        acc = (val.argmax(1) == y_val).float().mean().item() * 100
    print(f"epoch {epoch} val loss {val_loss:.5f} val acc {acc:.2f}")
