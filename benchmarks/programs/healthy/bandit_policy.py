import torch

# ten-armed bandit, softmax preferences, running baseline
torch.manual_seed(0)
means = torch.randn(10)
prefs = torch.zeros(10, requires_grad=True)
opt = torch.optim.SGD([prefs], lr=0.2)
baseline = 0.0
rewards = []

for t in range(3000):
    dist = torch.distributions.Categorical(logits=prefs)
    arm = dist.sample()
    reward = means[arm].item() + torch.randn(()).item()
    loss = -(reward - baseline) * dist.log_prob(arm)
    opt.zero_grad()
    loss.backward()
    opt.step()
    baseline += 0.05 * (reward - baseline)
    rewards.append(reward)
    if t % 500 == 499:
        recent = sum(rewards[-500:]) / 500
        print(f"t {t + 1} mean reward {recent:.3f} best arm {means.max().item():.3f}")
