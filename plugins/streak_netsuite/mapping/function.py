"""Functions of a mapping, in plain Python: for what no rule can say."""

import copy
import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.expression import plain
from streak_netsuite.mapping.schema import EACH, MappingFunction
from streak_netsuite.mapping.unfit import Unfit, shortened


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
