"""YARA-X without its program, which cannot be built from the registry: compile FOLDER OUT, scan RULES DIR."""

import os
import sys

import yara_x


def compile_folder(folder, out):
    compiler = yara_x.Compiler()
    for name in sorted(os.listdir(folder)):
        if name.endswith(".yar"):
            with open(os.path.join(folder, name), encoding="utf-8") as source:
                compiler.add_source(source.read())
    with open(out, "wb") as file:
        compiler.build().serialize_into(file)


def scan(compiled, folder):
    with open(compiled, "rb") as file:
        scanner = yara_x.Scanner(yara_x.Rules.deserialize_from(file))
    # Rules that match are wanted, not every offset.
    scanner.fast_scan(True)
    for directory, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(directory, name)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            for rule in scanner.scan_file(path).matching_rules:
                print(rule.identifier, path)


{"compile": compile_folder, "scan": scan}[sys.argv[1]](*sys.argv[2:])
