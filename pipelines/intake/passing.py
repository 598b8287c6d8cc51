"""What goes to the reading process and comes back, in a form that can hold nothing but our own values.

Rows travel as Arrow; everything around them is pickled, and taken out again by a reader that knows only the
frozen values and codes of this project, makes them as anybody does, and sets nothing on what is made. A process that a
hostile file had taken over could send false rows, but it could not make this one run or change anything.
"""

from __future__ import annotations

import io
import json
import pickle
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from importlib import import_module
from types import MappingProxyType
from typing import Any, NoReturn

import pandas as pd
import pyarrow as pa

_OURS = ("schemas.", "pipelines.intake.")
_PLAIN: dict[tuple[str, str], type] = {
    ("datetime", "date"): date,
    ("datetime", "datetime"): datetime,
    ("builtins", "dict"): dict,
    ("builtins", "set"): set,
    ("builtins", "frozenset"): frozenset,
}


def pack(value: object) -> bytes:
    """A value of this project, with its frames, as bytes."""
    stream = io.BytesIO()
    _Packer(stream, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    return stream.getvalue()


def unpack(content: bytes) -> Any:
    """The value again; an UnpicklingError when it holds anything but values of this project."""
    return _Unpacker(io.BytesIO(content)).load()


class _Packer(pickle.Pickler):
    def persistent_id(self, value: Any) -> bytes | None:
        return _frame_to_bytes(value) if isinstance(value, pd.DataFrame) else None

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, MappingProxyType):
            return dict, (list(value.items()),)
        if is_dataclass(value) and not isinstance(value, type):
            return type(value), tuple(getattr(value, one.name) for one in fields(value))
        return NotImplemented


def _set_nothing(_: object) -> NoReturn:
    raise pickle.UnpicklingError("a value of this project is whole when it is made")


class _Unpacker(pickle._Unpickler):
    # The reader written in Python, for an operation can be taken from it: with BUILD, attributes could be set on our
    # classes, and so for everybody whom the portal serves.
    dispatch = {**pickle._Unpickler.dispatch, pickle.BUILD[0]: _set_nothing}  # noqa: RUF012

    def persistent_load(self, content: Any) -> pd.DataFrame:
        return _frame_from_bytes(content)

    def find_class(self, module: str, name: str) -> Any:
        if plain := _PLAIN.get((module, name)):
            return plain
        found = getattr(import_module(module), name, None) if module.startswith(_OURS) else None
        if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum)):
            return found
        raise pickle.UnpicklingError(f"{module}.{name} is no value of this project")


# -- frames ---------------------------------------------------------------------------------------------------


def _frame_to_bytes(frame: pd.DataFrame) -> bytes:
    columns = [frame.index.to_series(), *(column for _, column in frame.items())]
    arrays = [_to_arrow(column) for column in columns]
    about = {
        "labels": [str(label) for label in frame.columns],
        "types": [_type_name(column) for column in columns],
        "index": frame.index.name,
    }
    schema = pa.schema(
        [pa.field(str(at), array.type) for at, array in enumerate(arrays)], metadata={"about": json.dumps(about)}
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_batch(pa.record_batch(arrays, schema=schema))
    return bytes(sink.getvalue())


def _to_arrow(column: pd.Series) -> pa.Array:
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy()
        texts = pa.array(column.cat.categories.astype(object), pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), texts)
    return pa.array(column, from_pandas=True)


def _type_name(column: pd.Series) -> str:
    """The dtype; of a categorical, that of its categories."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return f"category {column.cat.categories.dtype}"
    return str(column.dtype)


def _frame_from_bytes(content: bytes) -> pd.DataFrame:
    with pa.ipc.open_stream(content) as stream:
        batch = stream.read_next_batch()
        about = json.loads(stream.schema.metadata[b"about"])
    batch.validate(full=True)
    index, *columns = [_from_arrow(array, name) for array, name in zip(batch.columns, about["types"], strict=True)]
    by_label = dict(zip(about["labels"], columns, strict=True))
    return pd.DataFrame(by_label, index=pd.Index(index, name=about["index"]), copy=False)


def _from_arrow(array: pa.Array, name: str) -> Any:
    kind, _, categories = name.partition(" ")
    if kind.startswith("datetime64"):
        return array.to_pandas().to_numpy()
    if kind != "category":
        return array.to_pandas().astype(kind).array
    codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return pd.Categorical.from_codes(codes, categories=pd.Index(array.dictionary.to_pylist(), dtype=categories))
