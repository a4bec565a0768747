"""The peer of etl.bench.ts: the customers' cleaning and features with pandas.

`etl.py READER FOLDER OUTPUT AS_OF HORIZON_DAYS` does the work and prints its seconds, imports not counted, and the most memory that
the process had. READER is the engine of pandas.read_csv: `c`, or `pyarrow`. Files are cleaned one after the other, so that texts
which are no longer needed do not pile up; what repeats itself (country, channel) is categorical; strings are Arrow's.
"""
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

COLUMNS = ["invoice", "invoice_date", "customer_id", "product_code", "description", "quantity", "unit_price", "country", "channel"]
# What lines with too many commas spill into.
SPILLED = ["more", "yet_more"]
STRICT = {
    "invoice_date": r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}",
    "customer_id": r"[1-9]\d{0,9}",
    "quantity": r"-?[1-9]\d{0,9}",
    "unit_price": r"(0|[1-9]\d{0,9})\.\d{2}",
}


def read_c(path):
    """A field that is not there reads as an empty one. Of the columns here, only the last can be missing in that way."""
    rows = pd.read_csv(path, header=None, skiprows=1, names=COLUMNS + SPILLED, dtype="str", keep_default_na=False,
                       na_values=[], encoding_errors="replace")
    uneven = ((rows["channel"] == "") | (rows["more"] != "")).to_numpy(bool)
    short = rows[uneven]
    line = short["invoice"].str.cat([as_field(short[name]) for name in COLUMNS[1:-1]], sep=",")
    for name in ("channel", *SPILLED):
        line = line + ("," + short[name]).where(short[name] != "", "")
    return rows.loc[~uneven, COLUMNS], line


def read_pyarrow(path):
    """Arrow stops at bytes that are not UTF-8: they are read as Latin-1, and the few different texts are then decoded."""
    uneven = []

    def keep(row):
        uneven.append(row.text.encode("latin1").decode())
        return "skip"

    rows = pd.read_csv(path, header=0, names=COLUMNS, dtype="str", keep_default_na=False, na_values=[], engine="pyarrow",
                       encoding="latin1", on_bad_lines=keep)
    for name in ("description", "country"):
        kinds = rows[name].astype("category")
        decoded = pd.Series([text.encode("latin1").decode("utf-8", "replace") for text in kinds.cat.categories], dtype="str")
        rows[name] = decoded.take(kinds.cat.codes.to_numpy()).set_axis(rows.index)
    return rows, pd.Series(uneven, dtype="str")


def judge(rows, as_of):
    """The first reason of each row that applies, -1 where it is good; and what its texts mean."""
    written = {name: rows[name].str.fullmatch(pattern).to_numpy(bool) for name, pattern in STRICT.items()}
    date = pd.to_datetime(rows["invoice_date"].where(written["invoice_date"]), format="%Y-%m-%d %H:%M:%S", errors="coerce")
    customer, quantity, price = (
        pd.to_numeric(rows[name].where(written[name])).to_numpy(float, na_value=np.nan)
        for name in ("customer_id", "quantity", "unit_price")
    )
    returns = rows["invoice"].str.startswith("C").to_numpy(bool)
    broken = np.logical_or.reduce([rows[name].str.contains("\ufffd", regex=False) for name in ("description", "country")])
    empty = np.logical_or.reduce([rows[name] == "" for name in ("invoice", "product_code", "country", "channel")])
    reasons = {
        "bad_encoding": broken,
        "bad_date": date.isna(),
        "future_date": date >= as_of,
        "missing_customer": rows["customer_id"] == "",
        "bad_customer": np.isnan(customer),
        "bad_quantity": np.isnan(quantity) | ((quantity < 0) != returns),
        "bad_price": np.isnan(price) | (price <= 0) | (price > 10_000),
        "missing_value": empty,
    }
    found = np.select([np.asarray(applies, bool) for applies in reasons.values()], range(len(reasons)), -1)
    return found, list(reasons), date, customer, quantity, np.round(price * 100)


def clean_file(path, read, as_of):
    rows, uneven = read(path)
    found, names, date, customer, quantity, cents = judge(rows, as_of)
    kept, wrong = found < 0, rows[found >= 0]
    bad = [
        pd.DataFrame({"reason": np.array(names)[found[found >= 0]], "file": path.name, "line": as_line(wrong)}),
        pd.DataFrame({"reason": "wrong_columns", "file": path.name, "line": uneven}),
    ]
    good = pd.DataFrame({
        "invoice": rows["invoice"][kept],
        "sold_at": date[kept],
        "customer_id": customer[kept].astype("int32"),
        "product_code": rows["product_code"][kept],
        "description": rows["description"][kept],
        "quantity": quantity[kept].astype("int32"),
        "cents": cents[kept].astype("int32"),
        "country": rows["country"][kept].astype("category"),
        "channel": rows["channel"][kept].astype("category"),
        "file": pd.Categorical.from_codes(np.zeros(kept.sum(), "int8"), [path.name]),
    })
    return good, bad


def clean(folder, output, read, as_of):
    good, bad = [], []
    for path in sorted(Path(folder).glob("*.csv")):
        rows, wrong = clean_file(path, read, as_of)
        good.append(rows)
        bad.extend(wrong)
    for name in ("country", "channel", "file"):
        kinds = pd.api.types.union_categoricals([part[name] for part in good]).categories
        for part in good:
            part[name] = part[name].cat.set_categories(kinds)
    rows = pd.concat(good, ignore_index=True)
    good.clear()
    again = rows.duplicated(rows.columns.drop("file").tolist())
    rows[~again].drop(columns="file").to_parquet(output / "transactions.parquet", index=False)
    repeated = rows[again]
    cents = repeated["cents"]
    texts = repeated.assign(
        invoice_date=repeated["sold_at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
        unit_price=(cents // 100).astype("str") + "." + (cents % 100).astype("str").str.zfill(2),
    )[COLUMNS].astype("str")
    bad.append(pd.DataFrame({"reason": "duplicate", "file": repeated["file"].astype("str"), "line": as_line(texts)}))
    pd.concat(bad).sort_values(["reason", "file", "line"]).to_csv(output / "quarantine.csv", index=False)


def as_field(texts):
    return texts.where(~texts.str.contains('[",]'), '"' + texts.str.replace('"', '""', regex=False) + '"')


def as_line(rows):
    return rows["invoice"].str.cat([as_field(rows[name]) for name in COLUMNS[1:]], sep=",")


def engineer(output, as_of, horizon_days):
    cut_off = as_of - pd.Timedelta(days=horizon_days)
    rows = pd.read_parquet(output / "transactions.parquet",
                           columns=["invoice", "sold_at", "customer_id", "quantity", "cents", "country", "channel"])
    rows["cents"] = rows["cents"].astype("int64") * rows["quantity"]
    rows["domestic"] = rows["country"] == "Spain"
    rows["online"] = rows["channel"] == "online"
    invoices = rows.groupby(["customer_id", "invoice"], sort=False).agg(
        sold_at=("sold_at", "min"), cents=("cents", "sum"), units=("quantity", "sum"), lines=("cents", "size"),
        domestic=("domestic", "first"), online=("online", "first"),
    ).reset_index()
    del rows
    at = invoices["sold_at"].dt
    invoices["day"] = at.normalize()
    invoices["bought"] = ~invoices["invoice"].str.startswith("C")
    invoices["evening"], invoices["weekend"], invoices["month"] = at.hour >= 18, at.day_of_week >= 5, at.month
    invoices["season"] = invoices["month"] >= 11
    known = invoices[invoices["day"] < cut_off]
    later = invoices[invoices["bought"] & (invoices["day"] >= cut_off) & (invoices["day"] < as_of)]
    table = features_of(known, cut_off)
    table["buys_again"] = table.index.isin(later["customer_id"].unique()).astype("int32")
    validates = (table.index.to_numpy("int64") * 2_654_435_761) % 2**32 < 2**32 / 5
    table.reset_index().assign(validates=validates).to_parquet(output / "features.parquet", index=False)
    names = ["buys_again", *table.columns.drop("buys_again")]
    for side, chosen in (("train", ~validates), ("validation", validates)):
        (output / side).mkdir(exist_ok=True)
        table.loc[chosen, names].to_csv(output / side / f"{side}.csv", index=False, header=False)


def features_of(known, cut_off):
    bought = known[known["bought"]]
    bought = bought.assign(ago=(cut_off - bought["day"]).dt.days)
    groups = bought.groupby("customer_id")
    ago, cents, units = groups["ago"], groups["cents"].sum(), groups["units"].sum()
    count, last, first = groups.size(), ago.min(), ago.max()
    returned = known[~known["bought"]].groupby("customer_id")["cents"].agg(["size", "sum"]).reindex(count.index, fill_value=0)

    def within(days):
        return (bought["ago"] <= days).groupby(bought["customer_id"]).sum()

    latest = bought.sort_values(["customer_id", "day"]).drop_duplicates("customer_id", keep="last").set_index("customer_id")
    return pd.DataFrame({
        "recency_days": last,
        "frequency": count,
        "monetary": cents / 100,
        "tenure_days": first,
        "gap_days": ((first - last) / (count - 1)).where(count > 1, first),
        "frequency_30": within(30),
        "frequency_90": within(90),
        "frequency_180": within(180),
        "monetary_90": bought["cents"].where(bought["ago"] <= 90, 0).groupby(bought["customer_id"]).sum() / 100,
        "basket_value": cents / count / 100,
        "basket_value_max": groups["cents"].max() / 100,
        "basket_lines": groups["lines"].sum() / count,
        "basket_units": units / count,
        "unit_value": cents / units / 100,
        "returns": returned["size"],
        "return_share": -returned["sum"] / cents,
        "weekend_share": groups["weekend"].mean(),
        "evening_share": groups["evening"].mean(),
        "season_share": groups["season"].mean(),
        "last_month": latest["month"],
        "online_share": groups["online"].mean(),
        "domestic": groups["domestic"].all().astype("int32"),
    })


def main(reader, folder, output, as_of, horizon_days):
    started, output, as_of = time.perf_counter(), Path(output), pd.Timestamp(as_of)
    output.mkdir(parents=True, exist_ok=True)
    clean(folder, output, {"c": read_c, "pyarrow": read_pyarrow}[reader], as_of)
    cleaned = time.perf_counter()
    engineer(output, as_of, int(horizon_days))
    ended = time.perf_counter()
    print(json.dumps({
        "seconds": ended - started,
        "cleaning": cleaned - started,
        "features": ended - cleaned,
        "cpuSeconds": time.process_time(),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }))


if __name__ == "__main__":
    main(*sys.argv[1:])
