"""Functions of a mapping, in plain Python: for what no rule can say."""

import ast
import copy
import hashlib
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.expression import plain
from streak_netsuite.mapping.file_part import EACH, MappingFunction
from streak_netsuite.mapping.source import known_path
from streak_netsuite.mapping.unfit import Unfit, shortened

Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function by its name."""

    name: str
    made: MappingFunction

    @classmethod
    def find(cls, name: str, known: Mapping[str, MappingFunction], target: str) -> "Function":
        """Return a function of the mapping's file.

        Raises:
            ConfigurationError: the file has none of that name.
        """
        if name not in known:
            there = ", ".join(known) or "none; name the file in `functions:`"
            raise ConfigurationError(f"{target}: there is no function '{name}' (known: {there})")
        return cls(name, known[name])

    def call(self, view: Mapping[str, Any], each: Any) -> Any:
        """Return what the function makes of a deal.

        Args:
            each: the entry or row a line is made for; the function finds it under "each".

        Raises:
            Unfit: the function failed, or returned no plain value.
        """
        given = copy.deepcopy(dict(view)) | ({} if each is None else {EACH: copy.deepcopy(each)})
        try:
            return plain(self.made(given))
        except Unfit as unfit:
            raise Unfit(f"function {self.name}: {unfit.what}", fix=unfit.fix) from unfit
        except Exception as error:
            told = shortened(f"{type(error).__name__}: {error}")
            raise Unfit(
                f"function {self.name} failed ({told})", fix="mend it in the mapping's file of functions"
            ) from error


def function_paths(text: str) -> dict[str, tuple[str, ...]]:
    """Return what each function of a file reads of its deal, as far as its text tells; nothing is run.

    `deal["box"]["fields"]["Price"]` is told, `.get("Tier")` too, and a name that stands for a part of the deal. What a
    function hands on to another one, or names by a value, is not.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return {}
    defined = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.args.args]
    return {node.name: tuple(dict.fromkeys(_paths_in(node))) for node in defined}


def _paths_in(function: ast.FunctionDef) -> Iterator[str]:
    known: dict[str, Steps] = {function.args.args[0].arg: ()}
    for node in ast.walk(function):  # statements come in their order, before what is inside of them
        if isinstance(node, ast.Assign) and (steps := _steps(node.value, known)) is not None:
            known |= {target.id: steps for target in node.targets if isinstance(target, ast.Name)}
    for node in ast.walk(function):
        steps = _steps(node, known) if isinstance(node, ast.expr) else None
        if steps and (path := known_path(steps)):
            yield path


def _steps(node: ast.AST, known: Mapping[str, Steps]) -> Steps | None:
    """Return the way into the deal that an expression spells, None when it spells none."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Subscript):
        above, key = node.value, node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        if not node.args:
            return None
        above, key = node.func.value, node.args[0]
    else:
        return None
    steps = _steps(above, known)
    if steps is None or not isinstance(key, ast.Constant) or not isinstance(key.value, str | int):
        return None
    return (*steps, key.value)


def read_functions(path: Path) -> dict[str, MappingFunction]:
    """Return the public functions that a Python file defines. The file is run.

    Raises:
        ConfigurationError: it is not there, or cannot be run.
    """
    try:
        name = f"mapping_functions_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None or not path.is_file():
            raise ConfigurationError(f"there is no file {path}; put it beside the mapping file")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except ConfigurationError:
        raise
    except Exception as error:
        raise ConfigurationError(f"{path} cannot be run: {type(error).__name__}: {error}") from error
    return {
        name: made
        for name, made in vars(module).items()
        if isinstance(made, FunctionType) and made.__module__ == module.__name__ and not name.startswith("_")
    }
