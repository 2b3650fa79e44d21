"""The SDK is the folder `lib`; plugins know it as `merlon`."""

import importlib.util
import sys
from pathlib import Path

LIB = Path(__file__).parent.parent / "lib"

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location(
    "merlon", LIB / "__init__.py", submodule_search_locations=[str(LIB)]
)
assert spec is not None
assert spec.loader is not None
merlon = importlib.util.module_from_spec(spec)
sys.modules["merlon"] = merlon
spec.loader.exec_module(merlon)
sys.path += [
    str(LIB),
    str(LIB.parent / "example"),
    str(LIB.parent / "template"),
    str(LIB.parent.parent.parent / "conformance/guests/python"),
]
