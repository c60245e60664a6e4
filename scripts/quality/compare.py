"""Our clusterer, TF-IDF and sentence embeddings on the same labelled sets.

Usage: compare.py CLUSTER_BENCH SET.tsv ...

A table on the screen, JSON on the last line. Every method has one number that says how narrow its clusters are; it is
tried over its whole range. `one` is the result with the one number that is best in the mean over all the sets, the same
for every method; `best` is with the number that is best for this very set, which nobody without labels could choose;
`default` is our clusterer as it comes.
"""

import json
import pathlib
import subprocess
import sys
import time

import numpy as np
import scipy.sparse
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, v_measure_score

from minilm import Model

TIGHTNESS = [round(0.05 * i, 2) for i in range(21)]
DISTANCES = [round(0.025 * i, 3) for i in range(1, 40)]


def cut(children, distances, n, at):
    """Labels of a finished tree, cut at a distance."""
    parent = np.arange(2 * n - 1)
    for i, ((a, b), d) in enumerate(zip(children, distances)):
        if d <= at:
            parent[a] = parent[b] = n + i
    for i in range(2 * n - 2, -1, -1):
        parent[i] = parent[parent[i]]
    return parent[:n]


def agglomerate(vectors):
    """Average link on cosine distance of vectors of length 1; gives labels by threshold, and the seconds."""
    start = time.perf_counter()
    near = vectors @ vectors.T
    # Worked out here, as scikit-learn would not use that most of the numbers are zeros.
    distances = np.clip(1 - (near.toarray() if scipy.sparse.issparse(near) else near), 0, 2)
    np.fill_diagonal(distances, 0)
    tree = AgglomerativeClustering(n_clusters=None, distance_threshold=0, metric="precomputed", linkage="average")
    tree.fit(distances)
    seconds = time.perf_counter() - start
    n = vectors.shape[0]
    return {at: cut(tree.children_, tree.distances_, n, at) for at in DISTANCES}, seconds


def tfidf(texts, analyzer, ngrams):
    start = time.perf_counter()
    vectors = TfidfVectorizer(analyzer=analyzer, ngram_range=ngrams, sublinear_tf=True).fit_transform(texts)
    seconds = time.perf_counter() - start
    labels, more = agglomerate(vectors)
    return labels, seconds + more


class Methods:
    def __init__(self, bench):
        self.bench = bench
        self.model = Model()

    def ours(self, path, _texts):
        numbers = ",".join(map(str, TIGHTNESS))
        text = subprocess.run([self.bench, "file", path, numbers], check=True, capture_output=True, text=True).stdout
        runs = [json.loads(line) for line in text.splitlines()]
        seconds = sorted(run["seconds"] for run in runs)[len(runs) // 2]
        return {run["tightness"]: np.array(run["labels"]) for run in runs}, seconds

    def minilm(self, _path, texts):
        start = time.perf_counter()
        vectors = self.model.embed(texts)
        seconds = time.perf_counter() - start
        labels, more = agglomerate(vectors)
        return labels, seconds + more

    def all(self):
        return {
            "igny8": self.ours,
            "TF-IDF words": lambda _path, texts: tfidf(texts, "word", (1, 2)),
            "TF-IDF characters": lambda _path, texts: tfidf(texts, "char_wb", (3, 5)),
            "MiniLM": self.minilm,
        }


def main():
    bench, *paths = sys.argv[1:]
    methods = Methods(bench)
    scores, seconds = {}, {}
    for path in paths:
        name = pathlib.Path(path).stem
        rows = [line.rstrip("\n").split("\t") for line in open(path, encoding="utf-8")]
        texts, truth = [r[0] for r in rows], [r[1] for r in rows]
        for method, run in methods.all().items():
            labels, took = run(path, texts)
            seconds[method, name] = took
            scores[method, name] = {
                number: (adjusted_rand_score(truth, found), v_measure_score(truth, found)) for number, found in labels.items()
            }
            best = max(scores[method, name].items(), key=lambda x: x[1][0])
            print(f"{name:12} {method:18} {took:8.3f} s, best at {best[0]}: {best[1][0]:.3f} {best[1][1]:.3f}", file=sys.stderr)
    names = [pathlib.Path(path).stem for path in paths]
    out = {}
    for method in methods.all():
        numbers = list(scores[method, names[0]])
        mean = {n: np.mean([scores[method, s][n][0] for s in names]) for n in numbers}
        one = max(numbers, key=lambda n: mean[n])
        out[method] = {"one": one, "sets": {}}
        for s in names:
            table = scores[method, s]
            best = max(numbers, key=lambda n: table[n][0])
            entry = {"seconds": round(seconds[method, s], 3), "one": table[one], "best": table[best], "best_at": best}
            if method == "igny8":
                entry["default"] = table[0.5]
            out[method]["sets"][s] = entry
        for kind in ["one", "best"] + (["default"] if method == "igny8" else []):
            out[method][f"mean_{kind}"] = [float(np.mean([out[method]["sets"][s][kind][i] for s in names])) for i in (0, 1)]
    for kind in ("one", "best", "default"):
        print(f"\nadjusted Rand index / V-measure, {kind}")
        print(f"{'':18} " + " ".join(f"{s:>13}" for s in names) + f" {'mean':>13}")
        for method, entry in out.items():
            if f"mean_{kind}" not in entry:
                continue
            cells = [entry["sets"][s][kind] for s in names] + [entry[f"mean_{kind}"]]
            at = f" at {entry['one']}" if kind == "one" else ""
            print(f"{method:18} " + " ".join(f"{a:.3f} / {v:.3f}" for a, v in cells) + at)
    print("\nseconds")
    for method, entry in out.items():
        print(f"{method:18} " + " ".join(f"{entry['sets'][s]['seconds']:13.3f}" for s in names))
    print(json.dumps(out))


if __name__ == "__main__":
    main()
