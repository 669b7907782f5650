"""CSV and TSV: quoting, headers, and malformed lines by number."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.data import Csv, Tsv

FIELD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(
    str.strip
)
LABEL = st.sampled_from(["pos", "neg", 'a "quoted", one', "zwei\nZeilen"])


@given(rows=st.lists(st.tuples(FIELD, LABEL), min_size=1, max_size=8), end=st.sampled_from(["\n", "\r\n"]))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_the_csv_module_writes_is_read(rows, end, write):
    file = io.StringIO()
    # Before Python 3.13 the writer leaves a carriage return outside of quotes, which no reader takes.
    quoting = csv.QUOTE_ALL if any("\r" in text for text, _ in rows) else csv.QUOTE_MINIMAL
    csv.writer(file, lineterminator=end, quoting=quoting).writerows([("text", "label"), *rows])
    data = Csv(path=write(file.getvalue())).load()
    assert list(data.texts) == [text for text, _ in rows]
    assert [data.classes[i] for i in data.labels] == [label for _, label in rows]


def test_real_news(data_dir):
    source = Csv(
        path=str(data_dir / "ag_news_test" / "test.csv"), columns=("class", "title", "text"), label="class"
    )
    data = source.load()
    assert len(data.texts) == 7600 and data.classes == ("1", "2", "3", "4")
    assert [int((data.labels == c).sum()) for c in range(4)] == [1900] * 4
    assert data.texts[0].startswith("Unions representing workers at Turner")


@pytest.mark.parametrize(
    "content, message",
    [
        ("text,label\na,b\nc\n", "line 3: 1 fields where there are 2 columns"),
        ("text,label\na,b\nc,d,e\n", "line 3: 3 fields"),
        ('text,label\n"a\nb",x\n"c\nd",y,z\n', "lines 4–5: 3 fields"),
        ('text,label\na,b\n"c,d\ne,f\n', "lines 3–4: unexpected end of data.*close every quote"),
        ('text,label\na,b\n"c" d,e\n', "line 3: ',' expected after '\"'"),
        ('text,label\n"a,b\n"c",d\n', "lines 2–3: ',' expected"),
        ("text,label\na\rb,c\n", "line 2: a carriage return within a line, .*; if lines end"),
        ("text,label\n", "holds no row"),
        ("\n\n", "text='text'.*no column of this name"),
        ("text,label,text\na,b,c\n", "text='text'.*has two columns"),
    ],
)
def test_malformed_csv_is_reported_by_line(content, message, write):
    with pytest.raises(ValueError, match=message):
        Csv(path=write(content)).load()


def test_a_missing_column_lists_those_there_are_nearest_first(write):
    path = write("id,txt,stars,lable\n1,a,2,x\n")
    with pytest.raises(ValueError, match=r"text='text'.*columns are 'txt', .*--data.text"):
        Csv(path=path).load()
    with pytest.raises(ValueError, match=r"label='label'.*columns are 'lable'"):
        Csv(path=path, text="txt").load()


@pytest.mark.slow
def test_a_quote_never_closed_does_not_eat_memory(write):
    path = write('text,label\na,b\n"c,d\n' + "e,f\n" * 6_000_000)
    with pytest.raises(ValueError, match=r"lines 3–\d+: field larger than field limit"):
        Csv(path=path).load()
    assert csv.field_size_limit() == 131072, "the module's limit is put back"


def test_long_documents_are_read(write):
    assert len(Csv(path=write("text,label\n" + "word " * 100_000 + ",a\n")).load().texts[0]) == 500_000


def test_another_delimiter(write):
    assert Csv(path=write('text;label\n"a;b";c\n'), delimiter=";").load().texts == ("a;b",)


@pytest.mark.parametrize(
    "kind, content, message",
    [
        (Csv, "text;label\na;b\n", r"columns are 'text;label'.* if it is ';' that .*--data.delimiter ';'$"),
        (Csv, "text\tlabel\na\tb\n", r"if it is a tab that .*csv --data.delimiter \$'\\t'$"),
        (Tsv, "text,label\na,b\n", r"if it is ',' that .*--data.type csv --data.delimiter ','$"),
        (Csv, "a fine film,pos\ndull,neg\n", r"'pos'; .* if the first line .* order with --data.columns$"),
        (Tsv, "a fine film\tpos\n", r"if the first line is a row and no header, .*--data.columns$"),
    ],
)
def test_a_column_not_found_may_be_another_mistake(kind, content, message, write):
    with pytest.raises(ValueError, match=message):
        kind(path=write(content)).load()


def test_where_columns_are_named_the_rows_tell_of_another_delimiter(write):
    path = write("a;b\n")
    with pytest.raises(ValueError, match=r"line 1: 1 fields where there are 2 columns; if it is ';' that"):
        Csv(path=path, columns=("text", "label")).load()
    with pytest.raises(
        ValueError,
        match=r"its columns are 'txt', 'label' \(did you mean 'txt'\?\); name one of them with --data.t\w+$",
    ):
        Csv(path=path, columns=("txt", "label")).load()
    assert Csv(path=path, columns=("text", "label"), delimiter=";").load().texts == ("a",)


def test_tsv_takes_quotes_as_they_are(write):
    data = Tsv(path=write('text\tlabel\n"a fine\tpos\n5" disk\tneg\n')).load()
    assert data.texts == ('"a fine', '5" disk')


@pytest.mark.parametrize("line, count", [("c", 1), ("c\td\te", 3)])
def test_malformed_tsv_is_reported_by_line(line, count, write):
    with pytest.raises(ValueError, match=f"line 3: {count} fields where there are 2 columns"):
        Tsv(path=write(f"text\tlabel\na\tb\n{line}\n")).load()
