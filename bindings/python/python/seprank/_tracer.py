"""The tracer of PyTorch modules. Needs torch."""

from __future__ import annotations

import dis
import inspect
from typing import Any

from torch import fx, nn


class _Unpacked:
    """A proxy of which `a, b = x` takes parts: how many there are stands in the caller's bytecode. Older versions of
    torch read that of Python before 3.11 only."""

    def __iter__(self) -> Any:
        frame = inspect.currentframe()
        caller = None if frame is None else frame.f_back
        assert caller is not None
        for step in dis.get_instructions(caller.f_code):
            if step.offset == caller.f_lasti and step.opname == "UNPACK_SEQUENCE":
                return iter([self[place] for place in range(step.argval)])  # type: ignore[index]
        return self.tracer.iter(self)  # type: ignore[attr-defined]


class _Attribute(_Unpacked, fx.proxy.Attribute):  # type: ignore[misc, unused-ignore]
    pass


class _Proxy(_Unpacked, fx.Proxy):  # type: ignore[misc, unused-ignore]
    def __getattr__(self, name: str) -> Any:
        return _Attribute(self, name)


class Tracer(fx.Tracer):  # type: ignore[misc, unused-ignore]
    """Remembers in which module each operation is."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = [""]

    def proxy(self, node: fx.Node) -> fx.Proxy:
        return _Proxy(node, self)

    def call_module(self, m: nn.Module, forward: Any, args: Any, kwargs: Any) -> Any:
        self.inside.append(self.path_of_module(m))
        try:
            return super().call_module(m, forward, args, kwargs)
        finally:
            self.inside.pop()

    def create_node(self, *args: Any, **kwargs: Any) -> Any:
        node = super().create_node(*args, **kwargs)
        node.meta["path"] = self.inside[-1]
        return node
