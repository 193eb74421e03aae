"""Asks for one page after the other, about ten a second, for as long as the demo is up."""

import random
import sys
import time
import urllib.error
import urllib.request


def next_page():
    return random.choices(
        [
            "/",
            f"/users/{random.randint(1, 1000)}",
            f"/orders/{random.randint(1, 1000)}/items/{random.randint(1, 20)}",
            "/report",
            "/favicon.ico",
        ],
        weights=[20, 40, 30, 6, 4],
    )[0]


def main(base):
    while True:
        try:
            urllib.request.urlopen(base + next_page(), timeout=10).read()
        except OSError as error:  # HTTPError is one: an answer with a status from 400 on, which is part of the show
            if not isinstance(error, urllib.error.HTTPError):
                print(error, file=sys.stderr, flush=True)
        time.sleep(random.expovariate(10))


if __name__ == "__main__":
    main(sys.argv[1])
