"""Makes the Parquet files of tests/machines/parquet, with pyarrow 26: `python makeParquet.py`."""

import datetime as d
import decimal
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = pathlib.Path(__file__).parent / "parquet"
FOLDER.mkdir(exist_ok=True)

point = pa.struct([("lat", pa.float64()), ("lon", pa.float64())])
types = pa.table(
    {
        "id": pa.array([1, 2, None, 4], pa.int64()),
        "small": pa.array([1, -2, 3, None], pa.int32()),
        "name": pa.array(["a", "ñ", None, "日本"]),
        "score": pa.array([0.5, float("nan"), float("inf"), None], pa.float64()),
        "ok": pa.array([True, False, None, True]),
        "day": pa.array([d.date(2024, 2, 29), None, d.date(1969, 12, 31), d.date(2026, 1, 1)]),
        "at": pa.array(
            [d.datetime(2024, 1, 2, 3, 4, 5, 678000), None, None, d.datetime(1970, 1, 1)], pa.timestamp("us")
        ),
        "price": pa.array(
            [decimal.Decimal("1.25"), None, decimal.Decimal("-3.50"), decimal.Decimal("0.00")], pa.decimal128(9, 2)
        ),
        "raw": pa.array([b"text", b"\xff\x00", None, b""], pa.binary()),
        "tags": pa.array([["x", None], [], None, ["y"]], pa.list_(pa.string())),
        "floats": pa.array([[1.5, 2.5], [], None, [3.0]], pa.list_(pa.float32())),
        "place": pa.array(
            [
                {"city": "Lima", "at": {"lat": -12.0, "lon": None}},
                None,
                {"city": None, "at": None},
                {"city": "Q", "at": {"lat": 1.0, "lon": 2.0}},
            ],
            pa.struct([("city", pa.string()), ("at", point)]),
        ),
        "kinds": pa.array([[("k", 1), ("l", 2)], [], None, [("m", None)]], pa.map_(pa.string(), pa.int32())),
        "rows": pa.array([[{"n": 1}, {"n": 2}], None, [], [{"n": None}]], pa.list_(pa.struct([("n", pa.int32())]))),
    }
)
pq.write_table(types, FOLDER / "types.parquet", store_schema=False)
for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
    pq.write_table(types.select(["id", "name"]), FOLDER / f"{codec}.parquet", compression=codec, store_schema=False)
numbers = pa.table({"n": pa.array(range(1000), pa.int32())})
pq.write_table(numbers, FOLDER / "groups.parquet", row_group_size=300, store_schema=False)
