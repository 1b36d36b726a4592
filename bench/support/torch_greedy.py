"""The plain greedy search by PyTorch on the CPU: every filter of a small CNN is taken out in turn, and the whole network
run on all images. Arguments: model.json of a chain of convolutions, max pooling and dense layers; a file of CIFAR-10's
binary format, plain or gzipped; how many images; how many filters to try, spread over all. Prints JSON."""

import gzip
import json
import os
import sys
import time

import torch
import torch.nn.functional as F

# As in src/pruning/methods/greedy/plain.ts.
BATCH_SIZE = 128

model_path, data_path, image_count, sample = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

with open(model_path) as file:
    model = json.load(file)
weights = {}
for group in model["weightsManifest"]:
    folder = os.path.dirname(model_path)
    data = bytearray(b"".join(open(os.path.join(folder, path), "rb").read() for path in group["paths"]))
    at = 0
    for weight in group["weights"]:
        count = 1
        for length in weight["shape"]:
            count *= length
        weights[weight["name"]] = torch.frombuffer(data, dtype=torch.float32, count=count, offset=at).reshape(
            weight["shape"]
        )
        at += 4 * count
topology = model["modelTopology"].get("model_config", model["modelTopology"])["config"]
layers = topology["layers"] if isinstance(topology, dict) else topology

with (gzip.open if data_path.endswith(".gz") else open)(data_path, "rb") as file:
    records = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).reshape(-1, 3073)
chosen = torch.tensor([i * len(records) // image_count for i in range(image_count)])
labels = records[chosen, 0].long()
images = records[chosen, 1:].reshape(-1, 3, 32, 32).float() / 255

convolutions = [layer["config"]["name"] for layer in layers if layer["class_name"] == "Conv2D"]
# PyTorch's order: filters, channels, height, width.
kernels = {name: weights[f"{name}/kernel"].permute(3, 2, 0, 1).contiguous() for name in convolutions}
activations = {"relu": torch.relu, "softmax": lambda x: torch.softmax(x, -1), "linear": lambda x: x}


def answers(x, without):
    for layer in layers:
        config = layer["config"]
        name = config["name"]
        if layer["class_name"] == "Conv2D":
            x = F.conv2d(x, kernels[name], weights[f"{name}/bias"], padding=config["kernel_size"][0] // 2)
            x = activations[config["activation"]](x)
            if name == without[0]:
                x[:, without[1]] = 0
        elif layer["class_name"] == "MaxPooling2D":
            x = F.max_pool2d(x, config["pool_size"], config["strides"])
        elif layer["class_name"] == "Flatten":
            x = x.permute(0, 2, 3, 1).flatten(1)
        elif layer["class_name"] == "Dense":
            x = activations[config["activation"]](x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"])
    return x


def right_without(name, index):
    right = 0
    for begin in range(0, image_count, BATCH_SIZE):
        scores = answers(images[begin : begin + BATCH_SIZE], (name, index))
        right += (scores.argmax(-1) == labels[begin : begin + BATCH_SIZE]).sum().item()
    return right


filters = [(name, index) for name in convolutions for index in range(kernels[name].shape[0])]
tried = [filters[i * len(filters) // sample] for i in range(sample)]
with torch.no_grad():
    before = right_without(None, 0)
    start = time.perf_counter()
    right = [right_without(*each) for each in tried]
    elapsed = 1000 * (time.perf_counter() - start)
print(
    json.dumps(
        {
            "detail": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads",
            "before": before,
            "candidates": len(filters),
            "searched": len(tried),
            "plain": elapsed,
        }
    )
)
