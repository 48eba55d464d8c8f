"""The subset of NetSuite's schema this sandbox speaks, read from the compact files in schema/.

A file opens with ``namespace KEY FAMILY`` and declares types one block each::

    type RecordRef < core:BaseRef       a complex type, what it extends, "abstract" when it is
      name string?                      an element; ? optional, * any number, + one or more
      ref core:status                   a reference to a global element
      @internalId string                an attribute; ! required, "= x" its default
    enum SearchMultiSelectFieldOperator
      anyOf noneOf
    element status core:Status          a global element

Names, order and types are those of NetSuite's schema (endpoint 2023.2); only elements were left out.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources

_SIMPLE_BASES = frozenset({"string"})
_OCCURS = {"?": (0, 1), "*": (0, None), "+": (1, None), "": (1, 1)}


@dataclass(frozen=True, kw_only=True, slots=True)
class ElementDecl:
    """One child element of a type. `type` is "prefix:Name", or a bare XSD name such as "string"."""

    name: str
    namespace: str
    type: str
    least: int
    most: int | None
    is_ref: bool = False
    default: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AttributeDecl:
    """One attribute of a type."""

    name: str
    type: str
    required: bool = False
    default: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeDecl:
    """A complex type, with its own children only; `base` has the others."""

    key: str
    name: str
    base: str | None
    abstract: bool
    elements: tuple[ElementDecl, ...]
    attributes: tuple[AttributeDecl, ...]

    @property
    def has_text(self) -> bool:
        """Tell whether the type is text with attributes."""
        return self.base in _SIMPLE_BASES


@dataclass(frozen=True, kw_only=True, slots=True)
class NamespaceDecl:
    """One schema file: a namespace and what it declares, in file order."""

    key: str
    family: str
    file: str
    types: tuple[TypeDecl, ...]
    enums: Mapping[str, tuple[str, ...]]
    elements: Mapping[str, str]

    def uri(self, version: str) -> str:
        """Return the namespace's URI for an endpoint version ("2025_2")."""
        return f"urn:{self.key}_{version}.{self.family}.webservices.netsuite.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class Declarations:
    """Everything declared, by name."""

    namespaces: tuple[NamespaceDecl, ...]
    types: Mapping[str, TypeDecl]
    enums: Mapping[str, tuple[str, ...]]
    elements: Mapping[str, str]

    def namespace(self, key: str) -> NamespaceDecl:
        """Return the namespace with this key ("core", "types.sales")."""
        return next(n for n in self.namespaces if n.key == key)

    def lineage(self, name: str) -> list[TypeDecl]:
        """Return a type and what it extends, the root first."""
        decl = self.types[name]
        above = self.lineage(decl.base) if decl.base and not decl.has_text else []
        return [*above, decl]


@dataclass(slots=True)
class _Block:
    """A file being read."""

    key: str
    family: str
    types: list[TypeDecl] = field(default_factory=list)
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    elements: dict[str, str] = field(default_factory=dict)
    enum: str = ""

    def read(self, line: str) -> None:
        """Take in one line."""
        if line.startswith("  "):
            self._read_member(line.strip())
            return
        word, name, *rest = line.split()
        if word == "type":
            self._open_type(name, rest)
        elif word == "enum":
            self.enum, self.enums[f"{self.key}:{name}"] = f"{self.key}:{name}", ()
        elif word == "element":
            self.elements[f"{self.key}:{name}"] = rest[0]

    def _open_type(self, name: str, rest: list[str]) -> None:
        self.enum = ""
        base = rest[1] if rest[:1] == ["<"] else None
        self.types.append(
            TypeDecl(
                key=self.key,
                name=name,
                base=base,
                abstract="abstract" in rest,
                elements=(),
                attributes=(),
            )
        )

    def _read_member(self, text: str) -> None:
        if self.enum:
            self.enums[self.enum] += tuple(text.split())
            return
        decl = self.types[-1]
        if text.startswith("@"):
            grown = replace(decl, attributes=(*decl.attributes, _attribute(text)))
        else:
            grown = replace(decl, elements=(*decl.elements, _element(self.key, text)))
        self.types[-1] = grown


def _attribute(text: str) -> AttributeDecl:
    head, _, default = text.partition(" = ")
    name, type_ = head[1:].split()
    return AttributeDecl(
        name=name, type=type_.rstrip("!"), required=type_.endswith("!"), default=default or None
    )


def _element(key: str, text: str) -> ElementDecl:
    head, _, default = text.partition(" = ")
    name, type_ = head.split()
    mark = type_[-1] if type_[-1] in _OCCURS else ""
    least, most = _OCCURS[mark]
    type_ = type_.removesuffix(mark) if mark else type_
    if name == "ref":
        owner, _, local = type_.partition(":")
        return ElementDecl(name=local, namespace=owner, type=type_, least=least, most=most, is_ref=True)
    return ElementDecl(name=name, namespace=key, type=type_, least=least, most=most, default=default or None)


def _read_file(file: str, text: str) -> NamespaceDecl:
    lines = [line for line in text.splitlines() if line.strip()]
    _, key, family = lines[0].split()
    block = _Block(key=key, family=family)
    for line in lines[1:]:
        block.read(line)
    return NamespaceDecl(
        key=key,
        family=family,
        file=file,
        types=tuple(block.types),
        enums=block.enums,
        elements=block.elements,
    )


def _resolve_refs(decl: TypeDecl, elements: Mapping[str, str]) -> TypeDecl:
    resolved = tuple(replace(e, type=elements[e.type]) if e.is_ref else e for e in decl.elements)
    return replace(decl, elements=resolved)


@functools.cache
def load() -> Declarations:
    """Return the declarations of the whole subset; read once."""
    folder = resources.files("streak_netsuite.sandbox.netsuite") / "schema"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".types")), key=lambda f: f.name)
    raw = [_read_file(f.name.removesuffix(".types"), f.read_text(encoding="utf-8")) for f in files]
    elements = {name: type_ for n in raw for name, type_ in n.elements.items()}
    namespaces = tuple(replace(n, types=tuple(_resolve_refs(t, elements) for t in n.types)) for n in raw)
    return Declarations(
        namespaces=namespaces,
        types={f"{t.key}:{t.name}": t for n in namespaces for t in n.types},
        enums={name: values for n in namespaces for name, values in n.enums.items()},
        elements=elements,
    )
