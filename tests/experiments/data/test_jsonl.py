"""JSON Lines: any text comes through; malformed lines by number."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.data import Jsonl

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(
    str.strip
)


@given(texts=st.lists(TEXT, min_size=1, max_size=8), ascii_only=st.booleans())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_through(texts, ascii_only, write):
    lines = (json.dumps({"text": text, "label": 1}, ensure_ascii=ascii_only) + "\n" for text in texts)
    assert list(Jsonl(path=write("".join(lines))).load().texts) == texts


def test_a_line_that_breaks_off_is_reported_where_it_does(write):
    """Not at column 1, of the line that its own end would begin."""
    whole = '{"text": "fine", "label": 1}\n'
    for end in ("\n", "\r\n"):
        path = write(whole + '{"text": "a", "label": "b' + end + whole)
        with pytest.raises(ValueError, match=r"line 2: no JSON .* at column 24"):
            Jsonl(path=path).load()
        path = write(whole + '{"text": "a", "label": "b"' + end + whole)
        with pytest.raises(ValueError, match=r"line 2: no JSON .* at column 27"):
            Jsonl(path=path).load()


def test_keys_within_objects_are_named_by_points(write):
    row = {"meta": {"body": "a", "by": {"side": "test"}}, "a.b": "c", "a": {"b": "not this"}, "label": 1}
    path = write(json.dumps(row))
    data = Jsonl(path=path, text="a.b+meta.body", label="label", split="meta.by.side").load()
    assert data.texts == ("c a",) and data.test_rows.tolist() == [0]
    for absent in ("meta.head", "meta.body.head", "meta."):
        with pytest.raises(ValueError, match=f"no key '{absent}'; the object has 'meta.b"):
            Jsonl(path=path, text=absent).load()


def test_labels_of_several_types(write):
    labels = ["spam", 1, True, 4.5]
    data = Jsonl(path=write("\n".join(json.dumps({"text": "t", "label": x}) for x in labels))).load()
    assert [data.classes[i] for i in data.labels] == ["spam", "1", "true", "4.5"]


@pytest.mark.parametrize(
    "line, message",
    [
        ('{"text": "a", "label": "b"', "no JSON .*column"),
        ("text,label", "no JSON"),
        ('["a", "b"]', "JSON list where an object is expected"),
        ('"a"', "JSON str where"),
        ('{"text": "a", "lable": 1}', "no key 'label'; the object has 'lable', 'text'"),
        ('{"label": 1}', "no key 'text'; .* with --data.text"),
        ('{"label": 1, "meta": {"text": "a"}}', "no key 'text'; the object has 'meta.text', 'label'; name"),
        ('{"text": {"body": "a"}, "label": 1}', "'text' is .*; give a string, or name a key within it"),
        ('{"text": "a", "label": {"name": "b"}}', "'label' is .*, or name a key within it by a point"),
        ('{"no": ' * 300 + "1" + "}" * 300, "no key 'text'; the object has 'no.no.no.no.no'"),
        ('{"text": 3, "label": 1}', "'text' is 3; give a string"),
        ('{"text": null, "label": 1}', "'text' is null"),
        ('{"text": "a", "label": null}', "'label' is null"),
        ('{"text": "a", "label": ["b", "c"]}', "2 labels .'b', 'c'.; give each row one"),
        ('{"text": "a", "label": ["b", {}]}', "'label' is .* give one"),
        ('{"text": "a", "label": 1, "text": "b"}', "the key 'text' stands twice in one object; leave one"),
        ('{"text": "a", "label": 1, "meta": {"x": 1, "x": 1}}', "the key 'x' stands twice"),
        ('{"text": "a", "label": NaN}', "'label' is NaN"),
        ('{"text": "a\\ud800", "label": 1}', "text holds .*surrogate"),
        ('{"text": "a", "label": "b\\ud800"}', "label holds .*surrogate"),
        ('{"text": "a", "label": ["b", "\\ud800"]}', "label holds .*surrogate"),
        ('{"text": "a\\u0000", "label": 1}', "NUL"),
        ("[" * 100_000, "nested too deeply|no JSON"),
        ('{"text": "a", "label": ' + "9" * 5000 + "}", "too many digits"),
    ],
)
def test_malformed_lines_are_reported_by_number(line, message, write):
    path = write('{"text": "fine", "label": 1}\n\n' + line + "\n")
    with pytest.raises(ValueError, match=f"line 3: .*{message}"):
        Jsonl(path=path).load()
