"""The OpenAPI descriptions of several services as one, and a page of it that needs nothing from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, TypeAlias

from shared.web.service import Service

Description: TypeAlias = dict[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")


def merged_description(services: Sequence[Service], *, title: str) -> Description:
    """One OpenAPI document; operations are tagged with their service.

    Two services may each have a schema of one name: where the two differ, the later one is renamed to
    ``<service>_<name>``.
    """
    paths: Description = {}
    schemas: Description = {}
    security: Description = {}
    for service in services:
        document = _without_clashes(service.app.openapi(), schemas, service.name)
        for path, operations in document.get("paths", {}).items():
            for operation in operations.values():
                operation.setdefault("tags", [service.name])
            paths.setdefault(path, {}).update(operations)
        components = document.get("components", {})
        schemas.update(components.get("schemas", {}))
        security.update(components.get("securitySchemes", {}))
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": security},
    }


def _without_clashes(document: Description, taken: Mapping[str, object], service: str) -> Description:
    own = document.get("components", {}).get("schemas", {})
    renamed = {name: f"{service}_{name}" for name, schema in own.items() if taken.get(name, schema) != schema}
    places = {f"#/components/schemas/{old}": f"#/components/schemas/{new}" for old, new in renamed.items()}
    copy: Description = _with_references(document, places)
    schemas = copy.get("components", {}).get("schemas", {})
    for old, new in renamed.items():
        schemas[new] = schemas.pop(old)
    return copy


def _with_references(node: Any, places: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {
            key: places.get(value, value) if key == "$ref" else _with_references(value, places)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_with_references(item, places) for item in node]
    return node


def docs_page(document: Description) -> str:
    """Every operation with its summary, parameters and answers, as plain HTML."""
    sections = "\n".join(
        _operation(path, method, operations[method])
        for path, operations in document["paths"].items()
        for method in _METHODS
        if method in operations
    )
    title = escape(document["info"]["title"])
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body>
<h1>{title}</h1>
<p>The machine-readable description is at <a href="/api/openapi.json">/api/openapi.json</a>.</p>
{sections}
</body>
</html>
"""


def _operation(path: str, method: str, operation: Description) -> str:
    says = escape(operation.get("description") or operation.get("summary") or "")
    parameters = "".join(
        f"<li><code>{escape(one['name'])}</code> in {escape(one['in'])}"
        f"{', required' if one.get('required') else ''}</li>"
        for one in operation.get("parameters", ())
    )
    sent = "".join(
        f"<li>body: {escape(kind)} {_schema_link(content.get('schema', {}))}</li>"
        for kind, content in operation.get("requestBody", {}).get("content", {}).items()
    )
    answers = "".join(
        f"<li>{escape(status)}: {escape(answer.get('description', ''))}</li>"
        for status, answer in operation.get("responses", {}).items()
    )
    tags = escape(", ".join(operation.get("tags", ())))
    return (
        f"<section>\n<h2><code>{method.upper()} {escape(path)}</code></h2>\n<p>{tags}. {says}</p>\n"
        f"<ul>{parameters}{sent}{answers}</ul>\n</section>"
    )


def _schema_link(schema: Description) -> str:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return f"<code>{escape(name)}</code>" if name else ""
