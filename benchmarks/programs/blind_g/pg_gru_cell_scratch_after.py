# GRU from scratch (no nn.GRU): remember the first symbol over a noisy sequence
import os
import torch
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

K, T, HID, BATCH = 6, 20, 96, 64


def get_params(n_in, n_hid, n_out):
    def normal(*shape):
        return torch.randn(shape) / shape[0] ** 0.5

    def three():
        return normal(n_in, n_hid), normal(n_hid, n_hid), torch.zeros(n_hid)

    W_xz, W_hz, b_z = three()
    W_xr, W_hr, b_r = three()
    W_xh, W_hh, b_h = three()
    W_hq, b_q = normal(n_hid, n_out), torch.zeros(n_out)
    params = [W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h, W_hq, b_q]
    for p in params:
        p.requires_grad_(True)
    return params


def gru(X, params):
    W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h, W_hq, b_q = params
    H = torch.zeros(X.size(0), HID)
    for t in range(X.size(1)):
        x = X[:, t]
        Z = torch.sigmoid(x @ W_xz + H @ W_hz + b_z)
        R = torch.sigmoid(x @ W_xr + H @ W_hr + b_r)
        H_tilda = torch.tanh(x @ W_xh + (R * H) @ W_hh + b_h)
        H = Z * H + (1 - Z) * H_tilda
    return H @ W_hq + b_q


def batch(n):
    seq = torch.randint(0, K, (n, T))
    x = F.one_hot(seq, K).float()
    flag = torch.zeros(n, T, 1)
    flag[:, 0] = 1.0
    return torch.cat([x, flag], -1), seq[:, 0]


params = get_params(K + 1, HID, K)
opt = torch.optim.Adam(params, lr=5e-3)
for it in range(300):
    x, y = batch(BATCH)
    out = gru(x, params)
    loss = F.cross_entropy(out, y)
    opt.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(params, 1.0)
    opt.step()
    if it % 50 == 0:
        print(it, "loss", round(loss.item(), 4))

with torch.no_grad():
    x, y = batch(1000)
    print("accuracy", (gru(x, params).argmax(1) == y).float().mean().item())
