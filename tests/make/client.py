"""Makes the generated parts of the API's clients from the locked description of the API.

    python tests/make/client.py [--check]

`types.py` and `_calls.py` of `parabus.client` by datamodel-code-generator and by what stands below,
`client-api.d.ts` of the JavaScript packages by openapi-typescript. With `--check` nothing is written, and what
differs is an error.
"""

import difflib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap

ROOT = pathlib.Path(__file__).parents[2]
DESCRIPTION = ROOT / "server/openapi.json"
CLIENT = ROOT / "bindings-python/python/parabus/client"
TYPESCRIPT = ROOT / "bindings-js/client-api.d.ts"

HEAD = "Made by tests/make/client.py from server/openapi.json; do not edit."

#: Schemas whose values are plain words of Python.
PLAIN = {"Id": "int", "DateIn": "str", "Flag": "bool", "IdList": "str | Iterable[int]", "Language": "types.Language"}

#: `NotRequired` is part of Python from 3.11 on.
NOT_REQUIRED = """
import sys

if sys.version_info >= (3, 11):
    from typing import NotRequired
else:
    from typing_extensions import NotRequired

"""


def words(path: str) -> list[str]:
    """The parts of a path that are no parameters: `/net/{netId}/change-disable/` is `net`, `change`, `disable`."""
    fixed = [part for part in path.strip("/").split("/") if not part.startswith("{")]
    return [word for part in fixed for word in part.split("-")]


def snake(name: str) -> str:
    """A name of the API as Python spells it; a keyword gets a `_`."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return "from_" if name == "from" else name


def json_of(part: dict) -> dict:
    """The place of the schema of a body or a reply."""
    return part["content"]["application/json"]


def operations(api: dict):
    """Path, method and operation of each endpoint."""
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def slim(api: dict) -> dict:
    """The description without what makes generated types long: replies of errors, which are one class, and schemas
    that stand where they are used although they have a name. Numbers of any length have one name."""
    schemas = api["components"]["schemas"]
    names = {json.dumps(schema, sort_keys=True): name for name, schema in schemas.items() if "properties" in schema}

    def named(schema, depth: int = 0):
        if isinstance(schema, list):
            return [named(each, depth + 1) for each in schema]
        if not isinstance(schema, dict):
            return schema
        name = names.get(json.dumps(schema, sort_keys=True))
        if name and depth:
            return {"$ref": f"#/components/schemas/{name}"}
        kinds = schema.get("type")
        if depth and "format" not in schema and (kinds == "number" or (isinstance(kinds, list) and "number" in kinds)):
            number = {"$ref": "#/components/schemas/Number"}
            others = [{"type": kind} for kind in kinds if kind != "number"] if isinstance(kinds, list) else []
            about = {"description": schema["description"]} if "description" in schema else {}
            return {**about, "oneOf": [number, *others]}
        return {key: named(value, depth + 1) for key, value in schema.items()}

    for name in list(schemas):
        schemas[name] = named(schemas[name])
    for path, _, operation in operations(api):
        operation["responses"] = {"200": operation["responses"]["200"]}
        title = "".join(word.capitalize() for word in words(path))
        for part, end in ((operation.get("requestBody"), "Body"), (operation["responses"]["200"], "Answer")):
            if part is None:
                continue
            schema = named(json_of(part)["schema"], 1)
            if "$ref" not in schema and not is_empty(schema):
                schemas[title + end] = schema
                schema = {"$ref": f"#/components/schemas/{title}{end}"}
            json_of(part)["schema"] = schema
    return api


def is_empty(schema: dict) -> bool:
    """Whether it is an object that nobody looks into, or none at all."""
    return schema.get("type") in ("object", ["object", "null"]) and not {"properties", "additionalProperties"} & set(schema)


def type_of(schema: dict) -> str:
    """Python's type of a parameter, a body or a reply."""
    if "oneOf" in schema:
        return " | ".join(type_of(each) for each in schema["oneOf"])
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return PLAIN.get(name, f"types.{name}")
    if "enum" in schema:
        return "Literal[" + ", ".join(f'"{value}"' for value in schema["enum"]) + "]"
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    python = {"integer": "int", "string": "str", "null": "None", "object": "dict[str, Any]"}
    return " | ".join(python[kind] for kind in kinds)


def call(path: str, method: str, operation: dict) -> str:
    """The method of the client for an endpoint."""
    parameters = operation.get("parameters", [])
    in_path = [each for each in parameters if each["in"] == "path"]
    query = [each for each in parameters if each["in"] == "query"]
    signature = ["self", *(f"{snake(each['name'])}: {type_of(each['schema'])}" for each in in_path)]
    arguments = [f'"{method}"', f'"{path}"']
    if in_path:
        arguments.append("{" + ", ".join(f'"{each["name"]}": {snake(each["name"])}' for each in in_path) + "}")
    if "requestBody" in operation and not is_empty(schema := json_of(operation["requestBody"])["schema"]):
        signature.append(f"body: {type_of(schema)}")
        arguments.append("body=body")
    if query:
        signature.append("*")
        # Those that have to be given come first.
        for each in sorted(query, key=lambda each: not each["required"]):
            kind = type_of(each["schema"])
            signature.append(f"{snake(each['name'])}: {kind}" + ("" if each["required"] else " = None"))
        arguments.append("query={" + ", ".join(f'"{each["name"]}": {snake(each["name"])}' for each in query) + "}")
    about = [f"{operation['summary']}: {method} {path}", "", operation["description"] + "."]
    told = [f"    {snake(each['name'])}: {each['description']}" for each in query if "description" in each]
    about += ["", "Args:", *told] if told else []
    reply = type_of(json_of(operation["responses"]["200"])["schema"])
    lines = [
        f"def {'_'.join(words(path))}({', '.join(signature)}) -> {reply}:",
        f'    """{about[0]}',
        *(f"    {line}".rstrip() for line in about[1:]),
        '    """',
        f"    return self._call({', '.join(arguments)})",
    ]
    return "\n".join(lines)


def calls(api: dict) -> str:
    """`_calls.py`."""
    text = f'''"""A method for each endpoint.

{HEAD}
"""
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from . import types

#: Paths that need no token.
OPEN = {{{", ".join(f'"{path}"' for path, _, operation in operations(api) if "security" not in operation)}}}


class Calls:
    """The endpoints, named after their paths without the parameters."""

    def _call(
        self,
        method: str,
        path: str,
        parts: Mapping[str, object] = {{}},
        *,
        query: Mapping[str, object] = {{}},
        body: object = None,
    ) -> Any:
        raise NotImplementedError

'''
    return text + textwrap.indent("\n\n".join(call(*each) for each in operations(api)), "    ") + "\n"


def formatted(python: str) -> str:
    """As black writes it, which the generator of types brings along."""
    import black

    return black.format_str(python, mode=black.Mode(line_length=120))


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def python_types(file: str) -> str:
    """`types.py`."""
    text = run(
        sys.executable, "-m", "datamodel_code_generator", "--input", file, "--input-file-type", "openapi",
        "--output-model-type", "typing.TypedDict", "--target-python-version", "3.10", "--disable-timestamp",
        "--use-schema-description", "--use-single-line-docstring", "--no-formatters", "--disable-warnings",
        "--infer-union-variant-names", "--no-use-closed-typed-dict", "--additional-imports", "typing.final",
    )  # fmt: skip
    # Where a reply is one of several objects, `"ok" in reply` tells which only if nothing else can be in one of them.
    bases = "|".join(set(re.findall(r"^class \w+\((\w+)\)", text, re.MULTILINE)))
    text = re.sub(rf"^class (?!({bases})\()\w+\(", r"@final\n\g<0>", text, flags=re.MULTILINE)
    # stubtest takes no alias of several literals for the union that mypy sees in it.
    text = re.sub(
        r"(?<=: TypeAlias = )Literal\[([^]]*)\]$",
        lambda found: " | ".join(f"Literal[{word.strip()}]" for word in found[1].split(",")),
        text,
        flags=re.MULTILINE,
    )
    was = "from typing_extensions import NotRequired\n"
    assert was in text
    text = text.replace(was, NOT_REQUIRED)
    # The generator's own head names a file that is none of ours.
    return f'"""Bodies and replies of the API, in its own spelling.\n\n{HEAD}\n"""\n\n' + text[text.index("from __future__") :]


def typescript(file: str) -> str:
    """`client-api.d.ts`."""
    text = run("node", str(ROOT / "tests/node_modules/openapi-typescript/bin/cli.js"), file)
    # Integers beyond ±(2^53 − 1) are BigInt, and lists of identifiers may be arrays.
    for name, was, now in [("Number", "number", "number | bigint"), ("IdList", "string", "string | readonly number[]")]:
        text, changed = re.subn(rf"(\n +{name}: ){was};", rf"\g<1>{now};", text)
        assert changed == 1, name
    head, _, rest = text.partition("*/\n")
    assert "openapi-typescript" in head
    return f"// Paths, bodies and replies of the API. {HEAD}\n\n{rest.lstrip()}"


def made() -> dict[pathlib.Path, str]:
    """Each file and its text."""
    api = slim(json.loads(DESCRIPTION.read_text()))
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(api, file)
        file.flush()
        return {
            CLIENT / "types.py": formatted(python_types(file.name)),
            CLIENT / "_calls.py": formatted(calls(api)),
            TYPESCRIPT: typescript(file.name),
        }


def differences() -> str:
    """What is not as it would be made now, as a diff."""
    lines = []
    for path, text in made().items():
        there = path.read_text() if path.exists() else ""
        name = str(path.relative_to(ROOT))
        lines += difflib.unified_diff(there.splitlines(), text.splitlines(), name, f"{name}, made anew", lineterm="")
    return "\n".join(lines)


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if found := differences():
            sys.exit(found + "\nto mend it: python tests/make/client.py")
    else:
        for path, text in made().items():
            path.write_text(text)
            print(f"{path.relative_to(ROOT)}: {len(text.splitlines())} lines")
