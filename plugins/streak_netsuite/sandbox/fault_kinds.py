"""What may go wrong at a vendor: its kinds of faults, the details each takes, and the calls it can strike."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

ANY = "*"

ErrorCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
HttpStatus = Annotated[int, Field(ge=200, le=599)]


class UnfitFault(ValueError):
    """A fault as it was asked for would never strike, or not do what it says."""


class NoOptions(BaseModel):
    """The details of a kind that takes none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Wait(NoOptions):
    """The details of a kind that holds a call."""

    seconds: float = Field(default=30.0, ge=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultKind:
    """One kind of fault.

    Attributes:
        options: the details it takes.
        operations: the calls it can strike; None for every call of its system.
    """

    options: type[NoOptions] = NoOptions
    operations: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Repertoire:
    """Everything that can go wrong at one system."""

    system: str
    kinds: Mapping[str, FaultKind]
    operations: frozenset[str]

    def can_strike(self, kind: str, operation: str) -> bool:
        """Tell whether faults of a kind ever strike calls of an operation."""
        only = self.kinds[kind].operations
        return only is None or operation in only

    def check(self, *, kind: str, operation: str, options: Mapping[str, object]) -> None:
        """Raise UnfitFault when such a fault would never strike or carries details nobody reads."""
        if kind not in self.kinds:
            raise UnfitFault(_unknown("kind", kind, self.system, self.kinds))
        if operation not in {ANY, *self.operations}:
            raise UnfitFault(_unknown("operation", operation, self.system, {ANY, *self.operations}))
        if operation != ANY and not self.can_strike(kind, operation):
            struck = ", ".join(sorted(self.kinds[kind].operations or ()))
            raise UnfitFault(f"{kind} never strikes {operation}; it strikes {struck}")
        try:
            self.kinds[kind].options.model_validate(options)
        except ValidationError as error:
            raise UnfitFault(self._explain(kind, error)) from error

    def _explain(self, kind: str, error: ValidationError) -> str:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}"
            for e in error.errors(include_url=False, include_input=False)
        )
        known = ", ".join(self.kinds[kind].options.model_fields) or "none"
        return f"options of {self.system}'s {kind}: {wrong}; it takes {known}"


def _unknown(what: str, name: str, system: str, known: Collection[str]) -> str:
    return f"{system} has no {what} {name!r}; there are {', '.join(sorted(known))}"
