"""Babel's answers to the cases that format.mjs hands over as JSON."""

import decimal
import json
import sys

import babel
from babel.numbers import format_decimal

decimal.getcontext().prec = 200


def number(args):
    if args.get("grouping", "auto") in ("always", "min2"):
        return None  # Babel can only group or not.
    least, most = args["minimumFractionDigits"], args["maximumFractionDigits"]
    fraction = "0" * least + "#" * (most - least)
    pattern = "#,##0" + ("." + fraction if fraction else "")
    value = decimal.Decimal(args["text"])
    return format_decimal(value, pattern, args["tag"], group_separator=args.get("grouping") != "never")


def plural(args):
    # The magnitude keeps its visible zeros.
    return babel.Locale(args["tag"]).plural_form(decimal.Decimal(args["text"]))


asked = json.load(sys.stdin)
json.dump(
    {
        "version": f"Babel {babel.__version__}",
        "numbers": [number(args) for args in asked["numbers"]],
        "plurals": [plural(args) for args in asked["plurals"]],
    },
    sys.stdout,
)
