"""The labelled sets: keyword, tab, label, a line each; the same files every time.

Usage: sets.py FOLDER CLUSTER_BENCH [APT_LISTS]
"""

import collections
import csv
import glob
import hashlib
import json
import pathlib
import random
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pt", "pl"]
# Most keywords of a set: the other methods compare every pair.
MOST = 3000


def products(bench):
    """Made up: things times questions, by the engine's own example."""
    text = subprocess.run([bench, str(MOST), "dump"], check=True, capture_output=True, text=True).stdout
    return [tuple(line.split("\t")) for line in text.splitlines()]


def shop(bench):
    """Made up: things times questions in eight languages, mixed."""
    text = subprocess.run([bench, str(MOST), "dump-languages"], check=True, capture_output=True, text=True).stdout
    return [tuple(line.split("\t")) for line in text.splitlines()]


def catalogue():
    """The seed keywords of the project; the truth is their sector."""
    out = []
    for file in sorted((ROOT / "migration/data/catalogue").glob("*.csv")):
        with open(file, encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                out.append((row["keyword"], f"{file.stem}: {row['sector']}"))
    return out


# --- Commands of a voice assistant: what people say, by the intent that its authors gave it ---

PLACES = {
    "en": ["kitchen", "living room", "bedroom"],
    "de": ["Küche", "Wohnzimmer", "Schlafzimmer"],
    "fr": ["cuisine", "salon", "chambre"],
    "es": ["cocina", "salón", "dormitorio"],
    "it": ["cucina", "soggiorno", "camera"],
    "nl": ["keuken", "woonkamer", "slaapkamer"],
    "pt": ["cozinha", "sala", "quarto"],
    "pl": ["kuchnia", "salon", "sypialnia"],
}


class Template:
    """A sentence template of the package: (a|b) is a choice, [a] may be left out, {slot}, <rule>."""

    def __init__(self, data, language, chance):
        self.rules = data["expansion_rules"]
        self.lists = data["lists"]
        self.places = PLACES[language]
        self.chance = chance

    def say(self, template, depth=0):
        text, rest = self.sequence(template, 0, "", depth)
        return text if rest == len(template) else None

    def sequence(self, t, i, ends, depth):
        """Reads alternatives up to a character of `ends`; gives one of them and where it stopped."""
        options, text = [], ""
        while i < len(t) and t[i] not in ends:
            c = t[i]
            if c == "|":
                options.append(text)
                text = ""
                i += 1
            elif c in "([":
                inner, i = self.sequence(t, i + 1, ")" if c == "(" else "]", depth)
                i += 1
                if c == "(" or self.chance.random() < 0.4:
                    text += inner
            elif c in "{<":
                end = t.index("}" if c == "{" else ">", i)
                name = t[i + 1 : end].split(":")[0]
                i = end + 1
                text += self.slot(name) if c == "{" else self.rule(name, depth)
            else:
                text += c
                i += 1
        options.append(text)
        return self.chance.choice(options), i

    def rule(self, name, depth):
        if depth > 8 or name not in self.rules:
            raise LookupError(name)
        return self.say(self.rules[name], depth + 1) or ""

    def slot(self, name):
        if name in ("area", "name", "floor"):
            return self.chance.choice(self.places)
        known = self.lists.get(name)
        if known and "range" in known:
            return str(self.chance.randrange(5, 60))
        values = (known or {}).get("values")
        if not values:
            raise LookupError(name)
        value = self.chance.choice(values)
        value = value.get("in", "") if isinstance(value, dict) else value
        return self.say(value) or ""


def commands(languages):
    import home_assistant_intents

    folder = pathlib.Path(home_assistant_intents.__file__).parent / "data"
    out = []
    per_intent = MOST // (len(languages) * 40)
    for language in languages:
        with open(folder / f"{language}.json", encoding="utf-8") as file:
            data = json.load(file)
        for intent in sorted(data["intents"]):
            chance = random.Random(f"{language} {intent}")
            templates = sorted({s for block in data["intents"][intent]["data"] for s in block["sentences"]})
            maker = Template(data, language, chance)
            found = set()
            for _ in range(per_intent * 20):
                if len(found) >= per_intent or not templates:
                    break
                try:
                    text = maker.say(chance.choice(templates))
                except LookupError:
                    continue
                text = re.sub(r"\s+", " ", text or "").strip(" ,.?!").lower()
                if 2 <= len(text.split()) <= 9:
                    found.add(text)
            if len(found) >= 2:
                out += [(text, f"{language}: {intent}") for text in sorted(found)]
    return out


# --- What Debian's packages say they are; the truth is the source they are built from ---


def deb822(text):
    for block in text.split("\n\n"):
        yield dict(re.findall(r"^([A-Za-z0-9_-]+): ?(.*)$", block, re.M))


def cat(file):
    return subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", file], check=True, capture_output=True).stdout.decode()


def packages(lists, languages):
    source, digest = {}, {}
    for file in glob.glob(f"{lists}/*dists_bookworm_main_binary-*_Packages*") or glob.glob(f"{lists}/*_main_binary-*_Packages*"):
        for p in deb822(cat(file)):
            if "Package" in p:
                source[p["Package"]] = p.get("Source", p["Package"]).split(" ")[0]
                digest[p["Package"]] = p.get("Description-md5")
    out = []
    for language in languages:
        code = "pt_BR" if language == "pt" else language
        groups = collections.defaultdict(dict)
        for file in glob.glob(f"{lists}/*_main_i18n_Translation-{code.replace('_', '%5f')}*"):
            for p in deb822(cat(file)):
                name = p.get("Package")
                text = re.sub(r"\s+", " ", p.get(f"Description-{code}", "")).strip().lower()
                # Texts of an older description, and packages that only point to others, are left out.
                if name not in source or digest.get(name) != p.get("Description-md5"):
                    continue
                if not 2 <= len(text.split()) <= 12 or re.search("transition|dummy|übergangs|metapa|virtual", text):
                    continue
                groups[source[name]][text] = name
        wanted = MOST // len(languages)
        count = 0
        # An order that has nothing to do with the names.
        for name in sorted(groups, key=lambda g: hashlib.sha256(g.encode()).digest()):
            if 3 <= len(groups[name]) <= 12 and count < wanted:
                out += [(text, f"{language}: {name}") for text in sorted(groups[name])]
                count += len(groups[name])
    return out


def write(folder, name, rows):
    seen = {}
    for text, label in rows:
        # A text under two labels has no truth.
        seen[text] = label if seen.get(text, label) == label else None
    rows = [(text, label) for text, label in seen.items() if label]
    random.Random(name).shuffle(rows)
    rows = rows[: MOST + 1000]
    with open(pathlib.Path(folder) / f"{name}.tsv", "w", encoding="utf-8") as file:
        for text, label in rows:
            file.write(f"{text}\t{label}\n")
    print(name, len(rows), "keywords,", len({label for _, label in rows}), "labels", file=sys.stderr)


def main():
    folder, bench, *lists = sys.argv[1:]
    write(folder, "products", products(bench))
    try:
        write(folder, "shop-8", shop(bench))
    except Exception as error:
        print(error, file=sys.stderr)
    write(folder, "commands-en", commands(["en"]))
    write(folder, "commands-8", commands(LANGUAGES))
    write(folder, "catalogue", catalogue())
    if lists:
        write(folder, "packages-en", packages(lists[0], ["en"]))
        write(folder, "packages-8", packages(lists[0], LANGUAGES))


if __name__ == "__main__":
    main()
