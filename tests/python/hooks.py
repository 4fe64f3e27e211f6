"""What the generator of requests does beside its own ideas: half of its identifiers are those of the plant."""

import schemathesis


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    for name, value in (path_parameters or {}).items():
        if name.endswith("Id") and isinstance(value, int) and value % 2 == 0:
            path_parameters[name] = 1 + value // 2 % 3
    return path_parameters


@schemathesis.hook
def map_query(context, query):
    for name, value in (query or {}).items():
        if name in ("paramId", "paramIds") and hash(str(value)) % 2 == 0:
            query[name] = str(1 + hash(str(value)) // 2 % 3)
    return query
