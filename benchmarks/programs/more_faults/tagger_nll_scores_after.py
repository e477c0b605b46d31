"""Bidirectional GRU tagger."""

import torch
import torch.nn as nn
import torch.optim as optim


class GRUTagger(nn.Module):
    def __init__(self, vocab_size, tagset_size, embedding_dim=16, hidden_dim=24):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocab_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_dim, batch_first=True, bidirectional=True)
        self.hidden2tag = nn.Linear(2 * hidden_dim, tagset_size)

    def forward(self, sentence):
        out, _ = self.gru(self.word_embeddings(sentence))
        tag_scores = self.hidden2tag(out)
        return tag_scores


torch.manual_seed(1)
VOCAB, TAGS = 60, 5
base_tag = torch.randint(0, TAGS, (VOCAB,))
sentences = torch.randint(0, VOCAB, (600, 10))
tags = base_tag[sentences]
tags[:, 1:] = torch.where(base_tag[sentences[:, :-1]] == 0, (tags[:, 1:] + 1) % TAGS, tags[:, 1:])

model = GRUTagger(VOCAB, TAGS)
loss_function = nn.CrossEntropyLoss()
optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

for epoch in range(10):
    for idx in torch.randperm(500).split(25):
        model.zero_grad()
        tag_scores = model(sentences[idx])
        loss = loss_function(tag_scores.reshape(-1, TAGS), tags[idx].reshape(-1))
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        acc = (model(sentences[500:]).argmax(-1) == tags[500:]).float().mean().item()
    print(f"epoch {epoch} loss {loss.item():.3f} tag accuracy {acc:.3f}")
