"""The hardening by compiler and linker: the released program has all of it."""

import platform
import re
import subprocess
import unittest
from pathlib import Path

import support


def readelf(file, *options):
    command = [support.program("readelf"), "--wide", *options, str(file)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def sections(file):
    """The names of the sections, with their offset and size in the file."""
    found = re.findall(r"\[ *\d+\] (\.\S+) +\S+ +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) ", readelf(file, "--sections"))
    return {name: (int(offset, 16), int(size, 16)) for name, offset, size in found}


def build_id(file):
    return re.search(r"Build ID: ([0-9a-f]+)", readelf(file, "--notes")).group(1)


class Hardening(unittest.TestCase):
    def setUp(self):
        self.binary = Path(support.wayside_binary())

    def imports(self):
        return set(re.findall(r" UND ([^\s@]+)", readelf(self.binary, "--dyn-syms")))

    def test_its_place_in_memory_is_random(self):
        self.assertRegex(readelf(self.binary, "--dynamic"), r"\(FLAGS_1\).*\bPIE\b")
        self.assertRegex(readelf(self.binary, "--file-header"), r"Type: +DYN ")

    def test_what_the_loader_has_resolved_cannot_be_written(self):
        self.assertRegex(readelf(self.binary, "--segments"), r"\bGNU_RELRO\b")
        dynamic = readelf(self.binary, "--dynamic")
        flags = "\n".join(line for line in dynamic.splitlines() if "FLAGS" in line)
        self.assertRegex(flags, r"\bBIND_NOW\b|\bNOW\b")
        self.assertNotIn("(TEXTREL)", dynamic)
        self.assertNotRegex(dynamic, r"\((RPATH|RUNPATH)\)", "libraries come from where the system has them")

    def test_nothing_is_writable_and_executable(self):
        segments = re.findall(r"^ +(LOAD|GNU_STACK) .* ([R ][W ][E ]) ", readelf(self.binary, "--segments"), re.MULTILINE)
        self.assertIn(("GNU_STACK", "RW "), segments)
        self.assertEqual([flags for _, flags in segments if "W" in flags and "E" in flags], [])

    def test_overruns_of_the_stack_are_noticed(self):
        self.assertEqual({"__stack_chk_fail"} - self.imports(), set())

    def test_functions_of_the_c_library_know_the_size_of_buffers(self):
        checked = {name for name in self.imports() if re.fullmatch(r"__\w+_chk", name)} - {"__stack_chk_fail"}
        self.assertTrue(checked, "FORTIFY_SOURCE calls the checking variants of some functions")

    @unittest.skipUnless(platform.machine() == "x86_64", "this is an instruction of x86-64")
    def test_functions_are_marked_as_targets_of_jumps(self):
        offset, size = sections(self.binary)[".text"]
        code = self.binary.read_bytes()[offset : offset + size]
        # ENDBR64. The compiler's runtime objects have a few.
        self.assertGreater(code.count(b"\xf3\x0f\x1e\xfa"), 500)

    def test_symbols_are_in_a_file_of_their_own(self):
        stripped = sections(self.binary)
        self.assertEqual([name for name in stripped if name == ".symtab" or name.startswith(".debug_")], [])
        self.assertEqual([".gnu_debuglink"], [name for name in stripped if name == ".gnu_debuglink"])
        symbols = self.binary.with_name(self.binary.name + ".debug")
        self.assertEqual(build_id(symbols), build_id(self.binary))
        for name in (".symtab", ".debug_line"):
            self.assertIn(name, sections(symbols))


if __name__ == "__main__":
    unittest.main()
