"""The API for people to read: one page, made from the OpenAPI document, that needs nothing from any other host."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

Document = dict[str, Any]

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""What the page may load: nothing."""

_STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8886; border-radius: .4rem; }
summary { cursor: pointer; padding: .3rem 0; }
b.method { display: inline-block; min-width: 4.5rem; font-family: ui-monospace, monospace; }
details > :not(summary) { margin-left: 1.2rem; }
table { border-collapse: collapse; }
td, th { text-align: left; vertical-align: top; padding: .15rem 1rem .15rem 0; }
"""


def docs_router(app: FastAPI) -> APIRouter:
    """`/docs`: the page for the API of `app`."""
    router = APIRouter()

    @router.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        page = docs_page(app.openapi(), str(request.base_url))
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})

    return router


def docs_page(document: Document, address: str) -> str:
    """The page as HTML; `address` is where the API answers, such as `http://127.0.0.1:8000`."""
    return "".join(_page(document, address.rstrip("/")))


def _page(document: Document, address: str) -> Iterator[str]:
    info = document["info"]
    title = f"{escape(info['title'])} {escape(info['version'])}"
    yield f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    yield f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>'
    yield f"<h1>{title}</h1><p>{escape(info.get('summary', ''))}</p>"
    yield '<p>The same for machines: <a href="/openapi.json">openapi.json</a>. '
    yield "Sign in by <code>POST /v1/sessions</code>, then send <code>Authorization: Bearer $TOKEN</code>.</p>"
    for tag, operations in _by_tag(document).items():
        yield f"<h2>{escape(tag)}</h2>"
        for method, path, operation in operations:
            yield from _operation(document, address, method, path, operation)
    yield "<h2>Values</h2>"
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        yield f"<p>{escape(schema.get('description', ''))}</p>{_table(_properties(schema))}</details>"
    yield "</body></html>"


def _by_tag(document: Document) -> dict[str, list[tuple[str, str, Document]]]:
    found: dict[str, list[tuple[str, str, Document]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = operation.get("tags", ["other"])[0]
            found.setdefault(tag, []).append((method.upper(), path, operation))
    return found


def _operation(document: Document, address: str, method: str, path: str, operation: Document) -> Iterator[str]:
    text: str = operation.get("description") or operation.get("summary") or ""
    yield f'<details id="{escape(operation["operationId"])}"><summary><b class="method">{method}</b> '
    yield f"<code>{escape(path)}</code> {escape(text.splitlines()[0] if text else '')}</summary>"
    yield "".join(f"<p>{escape(paragraph)}</p>" for paragraph in text.split("\n\n")[1:])
    yield _table([(p["name"], _kind(p["schema"]), _remark(p)) for p in operation.get("parameters", ())])
    body = _body(operation)
    yield f"<pre>{escape(_curl(document, address, method, path, operation))}</pre>"
    if body:
        yield f"<p>Body: {_kind(body)}</p>"
    answers = [(status, _answer(answer), escape(answer["description"])) for status, answer in _answers(operation)]
    yield f"{_table(answers)}</details>"


def _answers(operation: Document) -> list[tuple[str, Document]]:
    return sorted(operation["responses"].items())


def _answer(answer: Document) -> str:
    return " ".join(_kind(content.get("schema", {})) for content in answer.get("content", {}).values())


def _body(operation: Document) -> Document:
    content = operation.get("requestBody", {}).get("content", {})
    schema: Document = content.get("application/json", {}).get("schema", {})
    return schema


def _curl(document: Document, address: str, method: str, path: str, operation: Document) -> str:
    lines = [f"curl -X {method} {address}{path}"]
    if operation.get("security") != []:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    body = _body(operation)
    if body:
        lines += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(_example(document, body))}'"]
    return " \\\n  ".join(lines)


def _example(document: Document, schema: Document) -> Any:
    """A value as this schema likes it."""
    if "$ref" in schema:
        return _example(document, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
    if "examples" in schema:
        return schema["examples"][0]
    if "anyOf" in schema:
        return _example(document, schema["anyOf"][0])
    if "properties" in schema:
        wanted = schema.get("required") or list(schema["properties"])[:1]
        return {name: _example(document, schema["properties"][name]) for name in wanted}
    known: dict[str, Any] = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
    return schema.get("enum", [known.get(schema.get("type", ""), schema.get("format", "text"))])[0]


def _kind(schema: Document) -> str:
    """What a value is, in HTML, with a link to what is described elsewhere."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_kind(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"<code>{escape(str(choice))}</code>" for choice in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return escape(schema.get("format") or schema.get("type") or "")


def _remark(parameter: Document) -> str:
    schema = parameter["schema"]
    default = f"default <code>{escape(str(schema['default']))}</code>" if "default" in schema else ""
    return _told(parameter.get("required", False), default, escape(parameter.get("description", "")))


def _told(is_required: bool, *texts: str) -> str:
    return "; ".join(text for text in ("required" if is_required else "", *texts) if text)


def _properties(schema: Document) -> list[tuple[str, str, str]]:
    if "enum" in schema:
        return [("one of", _kind(schema), "")]
    required = schema.get("required", ())
    return [
        (name, _kind(value), _told(name in required, escape(value.get("description", ""))))
        for name, value in schema.get("properties", {}).items()
    ]


def _table(rows: list[tuple[str, str, str]]) -> str:
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{kind}</td><td>{remark}</td></tr>" for name, kind, remark in rows)
    return f"<table>{cells}</table>" if rows else ""
