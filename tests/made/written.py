"""Kernels as they are written: plain Python, and so are the kernels of the same file that they call."""

from types import FunctionType

import pytest
from numba.core.dispatcher import Dispatcher

plain = pytest.mark.parametrize("plain", [False, True], ids=["compiled", "plain"])


def kernel(function, plain):
    """The compiled kernel, or plain Python through and through (`.py_func` alone calls compiled siblings)."""
    if not plain:
        return function
    scope = dict(function.py_func.__globals__)
    for name, value in function.py_func.__globals__.items():
        if isinstance(value, Dispatcher):
            scope[name] = FunctionType(value.py_func.__code__, scope, name)
    return scope[function.py_func.__name__]
