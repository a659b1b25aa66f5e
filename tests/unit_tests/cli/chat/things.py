"""Tools that a chat may be given, and a server with a model."""

from __future__ import annotations

import socket

from langchain_core.messages import ToolMessage
from langchain_core.messages.tool import ToolOutputMixin
from langchain_core.tools import tool


def weather(city: str) -> str:
    """Return the weather of a city."""
    return f"sunny in {city}"


async def forecast(city: str) -> str:
    """Return the weather of tomorrow."""
    return f"rain in {city}"


@tool
def broken(city: str) -> str:
    """Fail."""
    msg = f"no {city}"
    raise LookupError(msg)


@tool
def ending(city: str) -> str:
    """End the program."""
    msg = f"no {city}"
    raise SystemExit(msg)


def unsendable(city: socket.socket) -> str:
    """Have an argument that no JSON schema describes."""
    return str(city)


@tool
def stopped(city: str) -> str:
    """Press Ctrl-C."""
    raise KeyboardInterrupt(city)


class Order(ToolOutputMixin):
    """A result that is not a message, such as a command of LangGraph."""

    def __str__(self) -> str:
        return "go there"


def order(city: str) -> Order:
    """Give an order."""
    del city
    return Order()


def own_message(city: str) -> ToolMessage:
    """Return a message."""
    return ToolMessage(f"fog in {city}", tool_call_id="1", status="success")


def undescribed(city: str) -> str:
    return city


several = [weather, forecast, broken]
nothing: list[object] = []
number = 1
