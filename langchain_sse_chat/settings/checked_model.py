"""Check the fields of a model in the constructor and whenever they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.secrets.masking import without_frames
from langchain_sse_chat.settings.arguments import understood
from langchain_sse_chat.settings.faults import as_configuration_error
from langchain_sse_chat.settings.field_use import has_own_value, names_of, use_of
from langchain_sse_chat.settings.peer_names.peer_name import PeerName

_COLLECTED = frozenset({"default_headers", "default_query", "metadata", "model_kwargs"})
"""Fields that hold arguments which are not fields, so that one of those is added."""


class CheckedModel(BaseModel):
    """A model whose state is always valid for its constructor."""

    model_config = ConfigDict(
        arbitrary_types_allowed=True,
        protected_namespaces=(),
        # Only the public classes are instantiated.
        defer_build=True,
        # An error about one field must not show a key in another.
        hide_input_in_errors=True,
    )

    _is_made: bool = PrivateAttr(default=False)
    _is_derived: bool = PrivateAttr(default=True)
    """Whether what is made from the fields is made from their present values."""

    _FOUND: ClassVar[tuple[str, ...]] = ()
    """Fields that show a value found elsewhere when the user passed none."""

    _MADE: ClassVar[tuple[str, ...]] = ()
    """Private attributes derived from the fields."""

    _REPLACES: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Fields, with those of the same meaning that are reset when they change."""

    _PEER_NAMES: ClassVar[Mapping[str, PeerName]] = {}
    """Arguments of other packages that this class understands or refuses."""

    # Not visible to type checkers, which derive the signature from the fields.
    if not TYPE_CHECKING:  # pragma: no branch

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            """Check the settings.

            Raises:
                ConfigurationError: A value is not valid, the provider is unknown, or
                    its key is missing.
            """
            try:
                super().__init__(*args, **kwargs)
                self._catch_up()
            except ValidationError as error:
                fault: Exception = as_configuration_error(type(self).__name__, error)
            except ConfigurationError as error:
                fault = error
            else:
                self._is_made = True
                return
            # The traceback refers to this frame, and the cause to pydantic's input.
            kwargs.clear()
            raise without_frames(fault)

        @classmethod
        def model_construct(
            cls, _fields_set: set[str] | None = None, **values: Any
        ) -> Self:
            """Return a model, checked like one that the constructor makes.

            Without the checks, it would have no address and no client.

            Args:
                _fields_set: The names of the values to use; `None` uses all.
                **values: Arguments of the constructor.

            Raises:
                ConfigurationError: A value is not valid.
            """
            if _fields_set is not None:
                values = {k: v for k, v in values.items() if k in _fields_set}
            try:
                return cls(**values)
            finally:
                # The traceback of an error refers to this frame.
                values.clear()

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a field as if it had been passed to the constructor.

        Raises:
            ConfigurationError: The value is not valid; nothing is changed.
        """
        private = getattr(self, "__pydantic_private__", None) or {}
        if not private or name.startswith("_") or not use_of(type(self), name):
            super().__setattr__(name, value)
        elif private["_is_made"]:
            self._change({name: value})
        else:
            # In a subclass's validator, which runs after those of this package.
            super().__setattr__(name, value)
            self._is_derived = False

    @classmethod
    def _understood(
        cls, given: Mapping[str, Any], now: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the arguments of the constructor under the names of the fields."""
        return understood(cls, given, now or {})

    @model_validator(mode="after")
    def _derive_first(self) -> Self:
        self._derive()
        return self

    def _derive(self) -> None:
        """Make what is made from the fields, from their present values."""
        # An argument of `None` is the default. What is found instead of it must not
        # count as set: a copy for another provider would take it there.
        for name in self._FOUND:
            if vars(self)[name] is None:
                self.model_fields_set.discard(name)

    def _catch_up(self) -> None:
        if not self._is_derived:
            self._derive()
            self._is_derived = True

    def _given(self, name: str) -> Any:
        """Return a field's value, its default where another one was only found."""
        if name in self.model_fields_set:
            return vars(self)[name]
        return type(self).model_fields[name].default

    def model_copy(
        self, *, update: Mapping[str, Any] | None = None, deep: bool = False
    ) -> Self:
        """Return a copy, as if the constructor had received the changes too.

        Args:
            update: Arguments of the constructor, checked in the same way.
            deep: Whether to copy the values of the fields too.

        Raises:
            ConfigurationError: A value is not valid.
        """
        copied = super().model_copy(deep=deep)
        if update:
            copied._change(update)  # noqa: SLF001  # of this class
        return copied

    def _change(self, changes: Mapping[str, Any]) -> None:
        """Become the model that the constructor makes with these arguments too.

        Fields that the changes do not touch keep their very values.
        """
        cls = type(self)
        names = names_of(cls)
        own = vars(self)
        now = {name: own[name] for name in self.model_fields_set}
        known = cls._understood(changes, now)
        for name in known.keys() & _COLLECTED - changes.keys():
            known[name] = {**(own[name] or {}), **known[name]}
        gone = {names.get(name, name) for name in (*changes, *known)}
        gone |= {other for name in gone for other in self._REPLACES.get(name, ())}
        present = {n: own[n] for n in cls.model_fields if self._is_kept(n)}
        kept = {n: value for n, value in present.items() if n not in gone}
        fresh = self._made_with({**kept, **known})
        try:
            before = vars(self._made_with(present))
        except ConfigurationError:
            before = {}
        values = vars(fresh)
        untouched = [n for n in kept if n in before and _same(before[n], values[n])]
        values |= {n: own[n] for n in untouched}
        unset = kept.keys() - self.model_fields_set
        object.__setattr__(self, "__dict__", values)
        object.__setattr__(
            self, "__pydantic_fields_set__", fresh.model_fields_set - unset
        )
        for name in self._MADE:
            setattr(self, name, getattr(fresh, name))

    def _is_kept(self, name: str) -> bool:
        """Whether a field has a value that a changed copy needs to be told."""
        if name in self.model_fields_set:
            return True
        field = type(self).model_fields[name]
        return name not in self._FOUND and has_own_value(field, vars(self)[name])

    def _made_with(self, values: Mapping[str, Any]) -> Self:
        """Return another model of this class, made with these values of fields."""
        cls = type(self)
        made = cls.__new__(cls)
        try:
            cls.__pydantic_validator__.validate_python(dict(values), self_instance=made)
        except ValidationError as error:
            raise as_configuration_error(cls.__name__, error) from None
        made._catch_up()  # noqa: SLF001  # of this class
        return made

    def __eq__(self, other: object) -> bool:
        """Whether two models have equal settings."""
        if type(self) is not type(other):
            return NotImplemented
        mine, others = vars(self), vars(other)
        return all(mine[name] == others[name] for name in type(self).model_fields)

    __hash__ = None  # type: ignore[assignment]  # as for all pydantic models


def _same(one: object, other: object) -> bool:
    # Some values, such as arrays, cannot be compared.
    return one is other or bool(one == other)
