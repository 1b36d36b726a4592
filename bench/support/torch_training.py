"""The same as trainingRun.ts, by PyTorch on the CPU. Argument: network. Prints JSON."""

import json
import sys
import time

import torch
from torch import nn

# As in trainingRun.ts and cifarNetworks.ts.
BATCH_SIZE = 128
REPEATS = 5
FILTERS = [32, 32, 64, 64]


def network(name):
    normalised = name == "batch-norm"
    layers = []
    channels = 3
    for i, count in enumerate(FILTERS):
        layers.append(nn.Conv2d(channels, count, 3, padding=1, bias=not normalised))
        if normalised:
            layers.append(nn.BatchNorm2d(count, eps=1e-3))
        layers.append(nn.ReLU())
        if i % 2 == 1:
            layers.append(nn.MaxPool2d(2))
        channels = count
    layers += [nn.Flatten(), nn.Linear(8 * 8 * channels, 128), nn.ReLU(), nn.Linear(128, 10)]
    return nn.Sequential(*layers)


def timed(work):
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


model = network(sys.argv[1])
optimizer = torch.optim.Adam(model.parameters())
images = torch.rand(BATCH_SIZE, 3, 32, 32)
labels = torch.arange(BATCH_SIZE) % 10


def forward():
    model.eval()
    with torch.no_grad():
        model(images).sum().item()


def step():
    model.train()
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    loss.item()


times = [(timed(forward), timed(step)) for _ in range(REPEATS + 1)][1:]
detail = f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"
print(
    json.dumps(
        {"detail": detail, "batchSize": BATCH_SIZE, "forward": [f for f, _ in times], "training": [s for _, s in times]}
    )
)
