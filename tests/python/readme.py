"""The examples of a README, run as they stand. python readme.py README.md EXAMPLE.py

The second is where the code is put, for those who check its types. Without NumPy, the blocks that
import it are left out.
"""

import contextlib
import importlib.util
import io
import pathlib
import re
import sys

readme, example = map(pathlib.Path, sys.argv[1:])
blocks = re.findall(r"```python\n(.*?)```", readme.read_text(), re.DOTALL)
if importlib.util.find_spec("numpy") is None:
    blocks = [block for block in blocks if "import numpy" not in block]
code = "\n".join(blocks)
example.write_text(code)
wanted = re.findall(r"print\(.*\)  # (.*)$", code, re.MULTILINE)
with contextlib.redirect_stdout(io.StringIO()) as printed:
    exec(compile(code, str(readme), "exec"), {})
got = printed.getvalue().splitlines()
assert wanted and got == wanted, f"the example printed {got}, its comments say {wanted}"
print(f"the README's example printed its {len(wanted)} comments")
