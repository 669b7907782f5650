"""Tables of named columns: every form reads alike, and what is malformed is told by file, line and column."""

import gzip
import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.data.tables import TableFile, read

ROWS = {"user": ["u7", "u9", "u7"], "stars": ["4.5", "", "3"], "title": ["Heat", "A, or B; c|d", "Ü"]}


def delimited(mark, quote='"'):
    lines = [mark.join(ROWS)]
    lines += [mark.join(f"{quote}{v}{quote}" for v in row) for row in zip(*ROWS.values(), strict=True)]
    return "\n".join(lines) + "\n"


def as_parquet(tmp_path):
    stars = pa.array([4.5, None, 3.0])
    pq.write_table(
        pa.table({"user": ROWS["user"], "stars": stars, "title": ROWS["title"]}), tmp_path / "t.parquet"
    )
    return str(tmp_path / "t.parquet")


def as_jsonl(write):
    rows = [
        {"user": "u7", "stars": 4.5, "title": "Heat"},
        {"user": "u9", "title": "A, or B; c|d"},
        {"user": "u7", "stars": 3, "title": "Ü"},
    ]
    return write("\n".join(map(json.dumps, rows)), "t.jsonl")


@pytest.mark.parametrize(
    "mark, name", [(",", "t.csv"), (";", "t.csv"), (";", "t"), ("\t", "t.tsv"), ("\t", "t")]
)
def test_delimited_files_read_alike(mark, name, write):
    table = read(write(delimited(mark, "" if mark == "\t" else '"'), name))
    assert {key: list(values) for key, values in table.columns.items()} == ROWS
    assert [table.where(row) for row in range(3)] == ["line 2", "line 3", "line 4"]


def test_typed_files_read_alike(write, tmp_path):
    for path, place in ((as_jsonl(write), "line 2"), (as_parquet(tmp_path), "row 2")):
        table = read(path)
        assert table.column("user") == ROWS["user"] and table.column("title") == ROWS["title"]
        assert table.where(1) == place
        np.testing.assert_array_equal(table.numbers("stars", missing=True), [4.5, np.nan, 3])


def test_a_header_by_flag_and_bars_and_gzip(write):
    path = write(gzip.compress(b'1|Heat "1995"|5\n2|Big|4\n'), "u.item.gz")
    table = TableFile(path=path, header=("id", "title", "stars")).table({"data.item": "title"})
    assert table.names == ("title",) and table.column("title") == ['Heat "1995"', "Big"]
    assert table.where(0) == "line 1"


def test_values_lose_white_space_around_them(write):
    table = read(write("class,  seq\nEI,   ACG \nIE, T\n"))
    assert table.columns == {"class": ["EI", "IE"], "seq": ["ACG", "T"]}


def test_rows_over_several_lines_and_blank_lines(write):
    table = read(write('a,b\n\n"x\ny",1\nz,2\n', "t.csv"))
    assert [table.where(row) for row in range(2)] == ["lines 3–4", "line 5"]


def test_only_wanted_columns_are_kept_each_once(write):
    table = read(write(delimited(",")), {"data.user": "user", "data.group": "user"})
    assert table.names == ("user",) and table.flags == {"user": ("--data.user", "--data.group")}


def test_many_rows_keep_order_and_places(write):
    table = read(write("a,b\n" + "".join(f"{i},{i % 7}\n" for i in range(20_000)), "t.csv"))
    assert table.numbers("a").tolist() == list(range(20_000)) and table.where(19_999) == "line 20001"


@pytest.mark.parametrize(
    "content, name, message",
    [
        (
            "user;stars\n7;4\n",
            "t.csv",
            "--data.user='usr': .*no column of this name; its columns are 'user', 'st",
        ),
        ('{"user": 7, "x": 1}\n', "t.jsonl", "--data.user='usr': .*its columns are 'user', 'x'"),
        ("usr,a,a\n1,2,3\n", "t.csv", "two columns or more are called 'a'; give each a name"),
        ("usr,b\n1,2\n3\n", "t.csv", "line 3: 1 fields where there are 2 columns"),
        ("usr,b\n1,2\n3,4,5\n", "t.csv", "line 3: 3 fields where there are 2 columns; .*--data.delimiter"),
        ('usr,b\n1,"2\n', "t.csv", "line 2.*close every quote"),
        ("usr,b\n", "t.csv", "holds no row"),
        ("", "t.csv", "the file is empty; give a file with a row of values a line"),
        (b"usr,b\n\xff,2\n", "t.csv", "line 2: byte 6 of the file is 0xff.*--data.encoding latin-1"),
        (b"usr,b\n\0,2\n", "t.csv", "line 2: byte 6 of the file is 0x00, a NUL"),
        ('{"usr": 7}\n{"usr": \n', "t.jsonl", "line 2: no JSON"),
        ('{"usr": [7]}\n', "t.jsonl", r"line 1, column 'usr' \(--data.user\): \[7\] is of a type"),
        ('{"usr": "a\\u0000"}\n', "t.jsonl", "line 1, column 'usr' .*holds a NUL"),
        ('{"usr": "\\ud800"}\n', "t.jsonl", "half of a surrogate pair"),
        (
            "usr,b;c\n1,2;3\n",
            "t.csv",
            "2 fields parted by any of ',', ';'; say which it is with --data.delim",
        ),
        ("no parquet", "t.parquet", "cannot be read as Parquet"),
    ],
)
def test_what_is_malformed_is_told(content, name, message, write):
    with pytest.raises(ValueError, match=message):
        read(write(content, name), {"data.user": "usr"})


def test_malformed_values_are_told_by_line_column_and_flag(write):
    table = read(write('user,stars,n\n7,4,1\n,4;5,inf\n8,,1_0\n9,"4,5",2\n'), {"d.u": "user", "d.s": "stars"})
    with pytest.raises(ValueError, match=r"line 3, column 'user' \(--d.u\): the value is missing"):
        table.ids("user")
    with pytest.raises(ValueError, match=r"line 3, column 'stars' \(--d.s\): '4;5' is no finite number"):
        table.numbers("stars", missing=True)
    every = read(table.path)
    with pytest.raises(ValueError, match="line 3, column 'n': 'inf' is no finite number"):
        every.numbers("n")


def test_a_missing_number_and_a_decimal_comma(write):
    table = read(write('a,b,c\n"4,5",NA,1_0\n1,2,3\n'))
    with pytest.raises(ValueError, match="line 2, column 'a': '4,5' is no finite number; its decimal sign"):
        table.numbers("a")
    with pytest.raises(ValueError, match="line 2, column 'b': there is no number"):
        table.numbers("b")
    np.testing.assert_array_equal(table.numbers("b", missing=True), [np.nan, 2])
    with pytest.raises(ValueError, match=r"line 3, column 'x': '-1e39' is beyond ±1e\+38; write it in"):
        read(write("x\n1e38\n-1e39\n", "large.csv")).numbers("x")
    with pytest.raises(ValueError, match="line 2, column 'c': '1_0' is no finite number"):
        table.numbers("c")


@pytest.mark.parametrize(
    "options, message",
    [
        ({"form": "xml"}, "--data.form='xml': give one of csv, tsv"),
        ({"delimiter": "::"}, "--data.delimiter='::': give one character"),
        ({"encoding": "utf16"}, "encoding='utf16'"),
        ({"header": ("a", "a")}, "two columns or more are called 'a'"),
        ({"form": "jsonl", "header": ("a",)}, "--data.header=.*names its columns itself"),
    ],
)
def test_flags_that_fit_no_file(options, message, write):
    with pytest.raises(ValueError, match=message):
        read(write(delimited(",")), **options)


def test_no_file(tmp_path):
    with pytest.raises(ValueError, match=re.escape(f"--rivals.path='{tmp_path}': this is a folder")):
        read(str(tmp_path), flag="rivals.path")
    with pytest.raises(ValueError, match=r"--data\.path=.*: give the file to read"):
        read("")


def test_times_of_parquet_are_texts(tmp_path):
    pq.write_table(pa.table({"at": pa.array([0, None], pa.timestamp("s"))}), tmp_path / "t.pq")
    assert read(str(tmp_path / "t.pq")).column("at") == ["1970-01-01 00:00:00.000", ""]


def test_real_files(data_dir):
    claims = read(data_dir / "vehicle_claim_fraud" / "fraud_oracle.csv")
    assert len(claims) == 15_420 and len(claims.names) == 33 and claims.numbers("FraudFound_P").sum() == 923
    films = read(data_dir / "movielens_100k" / "u.item", {"data.item": "item"}, encoding="latin-1")
    assert len(films) == 1682


def test_a_file_of_an_installed_package():
    table = read("package:scikit-learn/datasets/data/iris.csv", header=("a", "b", "c", "d", "kind"))
    assert table.column("kind")[-1] == "2" and len(table) == 151


@pytest.mark.parametrize(
    "path, message",
    [
        ("package:no-such-package/a.csv", "'no-such-package' is not installed here; install it with pip"),
        ("package:scikit-learn/nowhere.csv", "scikit-learn has no file 'nowhere.csv'"),
        ("package:scikit-learn/__init__.py", "scikit-learn has several files '__init__.py'"),
    ],
)
def test_no_such_file_of_a_package(path, message):
    with pytest.raises(ValueError, match=message):
        read(path)
