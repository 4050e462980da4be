"""Whether a schema may take another's place without a reader of the old one noticing: additive changes only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def breaks(old: Schema, new: Schema) -> list[str]:
    """What ``new`` breaks for those who read or write ``old``, one sentence each; empty where it only adds."""
    return list(_compare(old, new, old.get("$defs", {}), new.get("$defs", {}), "the event"))


def _compare(old: Schema, new: Schema, old_defs: Schema, new_defs: Schema, where: str) -> Iterator[str]:
    old, new = _resolved(old, old_defs), _resolved(new, new_defs)
    if old.get("type") != new.get("type") or old.get("format") != new.get("format"):
        yield f"{where} changed its type"
    yield from _narrowed(old, new, where)
    before, after = old.get("properties", {}), new.get("properties", {})
    for name, schema in before.items():
        if name not in after:
            yield f"{where} lost {name}"
        else:
            yield from _compare(schema, after[name], old_defs, new_defs, f"{where}.{name}")
    for name in set(new.get("required", ())) - set(old.get("required", ())):
        yield f"{where} now requires {name}"
    for name in set(old.get("required", ())) - set(new.get("required", ())):
        yield f"{where} no longer promises {name}"
    if "items" in old and "items" in new:
        yield from _compare(old["items"], new["items"], old_defs, new_defs, f"{where}[]")
    if len(old.get("anyOf", ())) != len(new.get("anyOf", ())):
        yield f"{where} changed what it may be"
    for before_case, after_case in zip(old.get("anyOf", ()), new.get("anyOf", ()), strict=False):
        yield from _compare(before_case, after_case, old_defs, new_defs, where)


def _narrowed(old: Schema, new: Schema, where: str) -> Iterator[str]:
    # A value more is a surprise to a reader with a closed list, a value less to a writer: both want a V2.
    if sorted(old.get("enum", ())) != sorted(new.get("enum", ())) or old.get("const") != new.get("const"):
        yield f"{where} changed its values"
    for bound, tighter in (("minimum", max), ("maximum", min), ("minLength", max), ("maxLength", min)):
        if bound in new and (bound not in old or tighter(old[bound], new[bound]) != old[bound]):
            yield f"{where} tightened {bound}"


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    reference = schema.get("$ref", "")
    return definitions[reference.removeprefix("#/$defs/")] if reference else schema
