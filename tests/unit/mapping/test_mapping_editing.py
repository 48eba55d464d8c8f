"""A mapping file that is edited keeps its comments and its order, and is never left broken."""

import difflib
import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.flow_comments import with_own_lines
from streak_netsuite.mapping.spec import load_spec, shipped_spec_path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A copy of the shipped mapping, with its lookups."""
    made = tmp_path / "deal_to_order.yaml"
    MappingFile(shipped_spec_path("deal_to_order")).save(made)
    return made


def comments(text: str) -> list[str]:
    return [line[line.index("#") :].strip() for line in text.splitlines() if "#" in line]


def test_saving_without_a_change_means_the_same(path: Path) -> None:
    assert load_spec(path) == load_spec(shipped_spec_path("deal_to_order"))


def test_every_comment_stays(path: Path) -> None:
    file = MappingFile(path)
    file.set_rule("sales_order.fields.terms", {"value": 2}, comment="suggested, 0.91")
    file.save()
    before = comments(shipped_spec_path("deal_to_order").read_text(encoding="utf-8"))
    now = comments(path.read_text(encoding="utf-8"))
    now.remove("# suggested, 0.91")
    assert now == before


def test_a_rule_is_written_on_one_line(path: Path) -> None:
    file = MappingFile(path)
    file.set_rule("sales_order.fields.terms", {"from": "box.fields.Terms", "lookup": "terms"})
    file.set_rule("lookups.terms", {"table": {"Net 30": "2"}})
    spec = file.save()
    assert "    terms: {from: box.fields.Terms, lookup: terms}\n" in path.read_text(encoding="utf-8")
    assert spec.sales_order.fields.terms is not None


def test_a_rule_of_a_line_and_a_new_section_are_reached(path: Path) -> None:
    file = MappingFile(path)
    file.set_rule("sales_order.lines[0].description", {"from": "box.notes"})
    file.set_rule("approval.above", {"USD": 5})
    spec = file.save()
    assert spec.sales_order.lines[0].description is not None
    assert spec.approval.above == {"USD": 5}
    assert file.rule("sales_order.lines[0].description") == {"from": "box.notes"}
    assert file.rule("sales_order.lines[7].description") is None


def test_what_is_removed_is_gone_and_the_rest_stays(path: Path) -> None:
    file = MappingFile(path)
    file.remove("sales_order.fields.purchase_order_number")
    file.remove("sales_order.lines[0].rate")
    file.remove("sales_order.fields.nothing_of_the_kind")
    spec = file.save()
    assert spec.sales_order.lines[0].rate is None
    assert spec.sales_order.fields.purchase_order_number is None
    assert spec.sales_order.fields.memo is not None


@pytest.mark.parametrize(
    ("target", "rule", "told"),
    [
        ("sales_order.fields.memo", {"from": "box.fieldz.X"}, "line "),
        ("sales_order.fields.mmemo", {"from": "box.name"}, "memo"),
        ("sales_order.fields.terms", {"from": "box.name", "lookup": "none"}, "none"),
    ],
)
def test_a_fault_is_named_and_the_file_stays_as_it_was(
    path: Path, target: str, rule: dict[str, str], told: str
) -> None:
    before = path.read_text(encoding="utf-8")
    file = MappingFile(path)
    file.set_rule(target, rule)
    with pytest.raises(ConfigurationError, match=told) as caught:
        file.save()
    assert str(path) in str(caught.value)
    assert path.read_text(encoding="utf-8") == before
    assert sorted(one.name for one in path.parent.iterdir()) == ["deal_to_order.yaml", "lookups"]


def test_a_file_that_somebody_else_has_changed_is_not_overwritten(path: Path) -> None:
    file = MappingFile(path)
    path.write_text(path.read_text(encoding="utf-8") + "# theirs\n", encoding="utf-8")
    file.set_rule("sales_order.fields.memo", {"from": "box.notes"})
    with pytest.raises(ConfigurationError, match="changed by somebody else"):
        file.save()
    assert path.read_text(encoding="utf-8").endswith("# theirs\n")


def test_a_file_can_be_saved_again_after_it_was_saved(path: Path) -> None:
    file = MappingFile(path)
    for text in ("box.notes", "box.name"):
        file.set_rule("sales_order.fields.memo", {"from": text})
        file.save()
    assert file.rule("sales_order.fields.memo") == {"from": "box.name"}


def test_a_line_rule_that_is_not_there_cannot_be_filled(path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no 'sales_order.lines\[3\].item'"):
        MappingFile(path).set_rule("sales_order.lines[3].item", {"value": 1})


def test_a_file_that_is_no_mapping_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("- a list\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"bad\.yaml"):
        MappingFile(bad)


def test_a_rule_as_text_keeps_what_was_written(path: Path) -> None:
    file = MappingFile(path)
    written = "from: box.notes\ndefault: '007'  # as printed\ntransform: [strip, upper]\n"
    file.set_rule_text("sales_order.fields.memo", written)
    read = file.rule_text("sales_order.fields.memo")
    assert read.startswith("from: box.notes\ndefault: '007'")
    assert "transform: [strip, upper]" in read
    memo = file.save().sales_order.fields.memo
    assert memo is not None
    assert memo.default == "007"
    assert file.rule_text("sales_order.fields.nobody") == ""


def test_a_long_table_gets_lines_of_its_own(path: Path) -> None:
    file = MappingFile(path)
    table = {f"Terms number {number}": str(number) for number in range(30)}
    file.set_rule("lookups.terms", {"table": table})
    file.save()
    assert "\n      Terms number 7: '7'\n" in path.read_text(encoding="utf-8")


def test_the_names_at_a_place_are_listed(path: Path) -> None:
    file = MappingFile(path)
    assert "memo" in file.keys("sales_order.fields")
    assert file.keys("sales_order.nowhere") == []


def test_a_draft_is_edited_while_the_file_stays(path: Path) -> None:
    before = path.read_text(encoding="utf-8")
    draft = MappingFile(path, text=before.replace("clip: 999", "clip: 99"))
    assert draft.rule("sales_order.fields.memo")["clip"] == 99
    assert draft.before == before
    memo = load_spec(path, text=draft.text()).sales_order.fields.memo
    assert memo is not None
    assert memo.clip == 99
    assert path.read_text(encoding="utf-8") == before


def test_what_is_saved_is_named_by_its_own_file(path: Path) -> None:
    spec = MappingFile(path).save()
    assert spec.place_of("sales_order.fields.memo").startswith(f"{path.name} line ")
    assert spec == load_spec(path)


def test_a_part_of_a_rule_is_changed_and_the_rest_stays(path: Path) -> None:
    file = MappingFile(path)
    file.set_part("sales_order.fields.memo", ("clip",), 40)
    file.set_part("sales_order.fields.memo", ("transform", 1), {"replace": {"old": "a", "new": ""}})
    file.set_part("customer.fields.subsidiary", ("value",), 3)
    file.save()
    text = path.read_text(encoding="utf-8")
    assert file.rule("sales_order.fields.memo") == {
        "from": "box.name",
        "transform": ["collapse_spaces", {"replace": {"old": "a", "new": ""}}],
        "clip": 40,
    }
    assert 'subsidiary: {value: 3} # "Northwind Robotics Inc."' in text


def test_a_part_is_taken_out_and_an_empty_list_with_it(path: Path) -> None:
    file = MappingFile(path)
    file.set_part("sales_order.fields.memo", ("transform", 0), None)
    file.set_part("sales_order.fields.memo", ("clip",), None)
    file.set_part("sales_order.fields.memo", ("gone", "there"), None)
    assert file.rule("sales_order.fields.memo") == {"from": "box.name"}


def test_a_rule_that_is_not_there_is_made_with_its_source_in_front(path: Path) -> None:
    file = MappingFile(path)
    target = "sales_order.custom_fields.custbody_x"
    file.set_part(target, ("type",), "text")
    file.set_part(target, ("clip",), 5)
    file.set_part(target, ("from",), "box.notes")
    assert list(file.rule(target)) == ["type", "from", "clip"]
    file.save()


def test_lists_take_one_more_entry_and_no_further_one(path: Path) -> None:
    file = MappingFile(path)
    file.set_rule("customer.addresses[1]", {"from": "contact.address"})
    file.set_rule("sales_order.lines[1]", {})
    file.set_rule("sales_order.lines[1].item", {"from": "box.fields.Product", "lookup": "item"})
    file.set_rule("sales_order.lines[1].quantity", {"value": 1})
    with pytest.raises(ConfigurationError, match=r"no 'customer.addresses\[7\]' to put a rule at"):
        file.set_rule("customer.addresses[7]", {"from": "contact.address"})
    spec = file.save()
    assert [one.from_ for one in spec.customer.addresses] == ["buyer.address", "contact.address"]
    assert len(spec.sales_order.lines) == 2
    file.remove("sales_order.lines[0]")
    file.remove("customer.addresses[0]")
    spec = file.save()
    assert [one.from_ for one in spec.customer.addresses] == ["contact.address"]
    assert spec.sales_order.lines[0].quantity.value == 1


COMMENTED = """\
version: 1
sales_order:
  fields:
    memo:
      from: box.name  # as sales says it
      # no blanks at the ends
      transform:
        # first of all
        - strip  # ends only
        # finance wants capitals
        - upper
        - regex:
            pattern: x
            # the whole of it
            group: 0  # see the wiki
        # one word for each
        - split: ','

      # nobody ships without
      required: true
    # the buyer's own number
    purchase_order_number:
      first_of:
        - {from: box.name, transform: [strip]}  # as typed
        # for old deals
        - from: box.notes
          # what all begin with
          default: 0.20
        - value: 12345678901234567.89
      # as the portal shows it
      clip: 12
  # last of all
  custom_fields: {}
lookups:
  terms:
    table: {30: 5, '60': 7}
"""
MEMO = "sales_order.fields.memo"
NUMBER = "sales_order.fields.purchase_order_number"


@pytest.fixture
def commented(path: Path) -> MappingFile:
    """A draft with a comment at each part of a rule."""
    return MappingFile(path, text=COMMENTED)


def changed(file: MappingFile) -> tuple[list[str], list[str]]:
    """The lines that went and the lines that came, without how deep they stand; the order of all others is as it was."""
    old, new = ([line.strip() for line in text.splitlines()] for text in (COMMENTED, file.text()))
    found = list(difflib.ndiff(old, new))
    return [one[2:] for one in found if one[0] == "-"], [one[2:] for one in found if one[0] == "+"]


def test_a_file_with_comments_is_written_as_it_was_read(commented: MappingFile) -> None:
    assert commented.text() == COMMENTED


def test_another_source_leaves_the_comments_around_it(commented: MappingFile) -> None:
    commented.set_part(MEMO, ("expression",), "{{ box.name }}")
    assert changed(commented) == (
        ["from: box.name  # as sales says it"],
        ["expression: '{{ box.name }}' # as sales says it"],
    )


def test_a_source_that_is_taken_out_leaves_the_comment_of_the_next_key(commented: MappingFile) -> None:
    commented.set_part(MEMO, ("from",), None)
    assert changed(commented) == (["from: box.name  # as sales says it"], [])
    commented.set_part(MEMO, ("from",), "box.notes")
    assert MappingFile(commented.path, text=commented.text()).rule(MEMO)["from"] == "box.notes"


def test_a_step_that_is_taken_out_leaves_the_comments_of_the_others(commented: MappingFile) -> None:
    commented.set_part(MEMO, ("transform", 0), None)
    assert changed(commented) == (["- strip  # ends only"], [])
    commented.set_part(MEMO, ("transform", 2), None)
    assert changed(commented) == (["- strip  # ends only", "- split: ','"], [])


def test_steps_that_are_all_taken_out_leave_the_comment_of_the_next_key(commented: MappingFile) -> None:
    for _ in range(4):
        commented.set_part(MEMO, ("transform", 0), None)
    kept = comments(commented.text())
    assert {"# finance wants capitals", "# one word for each", "# nobody ships without"} <= set(kept)
    assert "transform" not in commented.rule(MEMO)
    assert MappingFile(commented.path, text=commented.text()).rule(MEMO) == {
        "from": "box.name",
        "required": True,
    }


@pytest.mark.parametrize(("old", "new"), [(0, 3), (3, 0), (1, 0), (0, 1), (2, 3), (1, 2)])
def test_a_step_that_is_moved_takes_its_comments_along(commented: MappingFile, old: int, new: int) -> None:
    steps = [
        "# first of all|- strip  # ends only",
        "# finance wants capitals|- upper",
        "- regex:|pattern: x|# the whole of it|group: 0  # see the wiki",
        "# one word for each|- split: ','",
    ]
    lines = "|".join(line.strip() for line in COMMENTED.splitlines())
    assert "|".join(steps) in lines
    commented.move_part(MEMO, ("transform", old), new)
    moved = [one for number, one in enumerate(steps) if number != old]
    moved.insert(new, steps[old])
    now = "|".join(line.strip() for line in commented.text().splitlines())
    assert now == lines.replace("|".join(steps), "|".join(moved))


def test_alternatives_that_are_moved_stay_as_they_were_written(commented: MappingFile) -> None:
    commented.move_part(NUMBER, ("first_of", 0), 2)
    commented.move_part(NUMBER, ("first_of", 0), 1)
    text = commented.text()
    assert "- value: 12345678901234567.89\n" in text
    assert "# for old deals\n        - from: box.notes\n" in text
    assert "          # what all begin with\n          default: 0.20\n" in text
    assert "- {from: box.name, transform: [strip]}  # as typed\n      # as the portal shows it" in text


@pytest.mark.parametrize(
    ("at", "to"), [(("transform", 4), 0), (("transform", 0), 4), (("from",), 0), (("gone", 0), 0)]
)
def test_what_is_not_there_cannot_be_moved(
    commented: MappingFile, at: tuple[str | int, ...], to: int
) -> None:
    with pytest.raises(ConfigurationError, match=f"no '{MEMO}' to move a part of"):
        commented.move_part(MEMO, at, to)
    assert commented.text() == COMMENTED


def test_another_step_or_option_leaves_the_comments_below(commented: MappingFile) -> None:
    commented.set_part(MEMO, ("transform", 2), {"regex": {"pattern": "y", "group": 0}})
    assert changed(commented) == (["pattern: x"], ["pattern: y"])
    commented.set_part(MEMO, ("transform", 2), "upper")
    kept = comments(commented.text())
    assert [one for one in comments(COMMENTED) if one not in kept] == ["# the whole of it", "# see the wiki"]


def test_what_is_new_stands_before_the_comment_of_the_next_rule(commented: MappingFile) -> None:
    commented.set_part(MEMO, ("clip",), 40)
    commented.set_part(MEMO, ("transform", 4), {"join": "-"})
    commented.set_part("sales_order.custom_fields.custbody_x", ("from",), "box.notes")
    text = commented.text()
    assert "      required: true\n      clip: 40\n    # the buyer's own number\n" in text
    assert "        - split: ','\n        - {join: '-'}\n\n      # nobody ships without\n" in text
    assert set(comments(text)) == set(comments(COMMENTED))


def test_a_rule_that_is_written_anew_or_removed_leaves_the_comment_of_the_next_one(
    commented: MappingFile,
) -> None:
    assert "the buyer's own number" not in commented.rule_text(MEMO)
    commented.set_rule_text(MEMO, "from: box.notes\n# what fits\nclip: 5\n")
    commented.set_rule(NUMBER, {"from": "box.notes"}, comment="suggested")
    text = commented.text()
    assert "clip: 5\n    # the buyer's own number\n    purchase_order_number: " in text
    assert "{from: box.notes} # suggested\n  # last of all\n" in text
    commented.remove(NUMBER)
    commented.remove(MEMO)
    assert comments(commented.text()) == ["# the buyer's own number", "# last of all"]
    assert MappingFile(commented.path, text=commented.text()).rule("sales_order.fields") == {}


def test_a_rule_that_is_written_as_it_is_read_changes_nothing(commented: MappingFile) -> None:
    for target in (MEMO, NUMBER):
        commented.set_rule_text(target, commented.rule_text(target))
    assert comments(commented.text()) == comments(COMMENTED)


def test_an_entry_whose_key_looks_like_a_number_is_changed_and_taken_out(commented: MappingFile) -> None:
    commented.set_part("lookups.terms", ("table", "30"), 9)
    assert commented.rule("lookups.terms") == {"table": {"30": 9, "60": 7}}
    commented.set_part("lookups.terms", ("table", "60"), None)
    assert changed(commented)[1] == ["table: {'30': 9}"]


def test_an_entry_whose_key_is_read_as_a_number_is_taken_out(commented: MappingFile) -> None:
    commented.set_part("lookups.terms", ("table", "30"), None)
    assert changed(commented)[1] == ["table: {'60': 7}"]


def test_words_of_a_table_are_no_sources(path: Path) -> None:
    file = MappingFile(path, text="lookups: {x: {table: {from: 1}}}\n")
    file.set_part("lookups.x", ("table", "value"), 2)
    assert file.rule("lookups.x") == {"table": {"value": 2, "from": 1}}


def test_an_object_has_no_numbered_entries(path: Path) -> None:
    with pytest.raises(ConfigurationError, match="to put a rule at"):
        MappingFile(path).set_part("sales_order.fields.memo", (0,), "x")


IN_BRACKETS = """\
version: 1
sales_order:
  fields:
    memo: {from: box.name,  # as sales says it
           # finance wants capitals
           transform: [strip,  # ends only
                       upper],
           clip: 20}  # short
    purchase_order_number:
      first_of:
        - {from: box.name, # as typed
           default: "a # b"}
        - [[1, # deep
            2], {k: [3]}]
    other: { # above all
      value: 'one
        text' }
# tables
lookups: {terms: {table: {30: 5, # thirty
  60: 7
  # the end
  }}}
"""


def remarks(text: str) -> list[str]:
    """What stands behind each mark of a comment."""
    return sorted(re.findall(r"# (?!b|s\b)[^\n]*", text))


def test_comments_inside_brackets_stay(path: Path) -> None:
    file = MappingFile(path, text=IN_BRACKETS)
    file.set_part(MEMO, ("clip",), 30)
    made = file.text()
    assert remarks(made) == remarks(IN_BRACKETS)
    old, new = (YAML(typ="safe").load(text) for text in (IN_BRACKETS, made))
    old["sales_order"]["fields"]["memo"]["clip"] = 30
    assert new == old
    assert file.unkept == []
    assert made.splitlines()[3:11] == [
        "    memo:",
        "      from: box.name # as sales says it",
        "      # finance wants capitals",
        "      transform:",
        "        - strip # ends only",
        "        - upper",
        "      clip: 30  # short",
        "    purchase_order_number:",
    ]


def test_a_rule_in_brackets_keeps_the_comments_that_are_written_into_it(path: Path) -> None:
    file = MappingFile(path)
    file.set_rule_text(MEMO, "{from: box.name, # as sales says it\n transform: [upper]}\n")
    assert file.rule_text(MEMO) == "from: box.name # as sales says it\ntransform: [upper]\n"


LOST = "memo: &m {from: box.name, # why\n  clip: 20}\n"


def test_a_comment_that_cannot_be_kept_is_told_with_its_line(path: Path) -> None:
    file = MappingFile(path, text=f"version: 1\n{LOST}")
    (told,) = file.unkept
    assert told.startswith("line 2: the comment '# why' stands inside brackets")
    with pytest.raises(ConfigurationError, match="memo: line 1: the comment '# why'"):
        file.set_rule_text(MEMO, LOST)


WORDS = st.sampled_from(["a", "'it # s'", '"x: y"', "box.name", "12.50", "~"])
GAPS = st.sampled_from(["", " ", "\n    ", " # c\n    ", "\n    # own\n    "])


@st.composite
def in_brackets(draw: st.DrawFn) -> str:
    """A list or an object in brackets, with comments and line breaks at any place."""

    def written(depth: int) -> str:
        kind = draw(st.sampled_from(["word", "list", "map"] if depth else ["list", "map"]))
        if kind == "word" or depth > 3:
            return draw(WORDS)
        gaps = [draw(GAPS) for _ in range(6)]
        inner = [written(depth + 1) for _ in range(draw(st.integers(1, 3)))]
        if kind == "map":
            inner = [f"k{number}:{draw(GAPS) or ' '}{one}" for number, one in enumerate(inner)]
        parts = f"{gaps[0]},{gaps[1] or ' '}".join(f"{one}{gaps[2]}" for one in inner)
        return f"{'[{'[kind == 'map']}{gaps[3]}{parts}{gaps[4]}{']}'[kind == 'map']}"

    return written(0)


def in_a_file(value: str) -> str:
    return f"version: 1\nx:\n  - rule: {value}  # behind\n# end\nz: 1\n"


@pytest.mark.parametrize(
    "value",
    [
        "[a, # c\n    b]",
        "{k: a, # c\n    # own\n    l: [b, # c\n    d]}",
        "[[[[a]\n    # own\n    ]]]",
        "[c, [[[a]\n    # own\n    , [a]\n    # own\n    ]]]",
    ],
)
def test_comments_in_brackets_are_kept(value: str) -> None:
    assert with_own_lines(in_a_file(value))[1] == ()


@settings(deadline=None)
@given(value=in_brackets())
def test_no_comment_in_brackets_is_lost_without_a_word_and_nothing_means_something_else(value: str) -> None:
    text = in_a_file(value)
    made, lost = with_own_lines(text)
    assert YAML(typ="safe").load(made) == YAML(typ="safe").load(text)
    if lost:
        assert {one.text for one in lost} <= {"# c", "# own"}
        return
    out = io.StringIO()
    yaml = YAML(typ="rt")
    yaml.dump(yaml.load(made), out)
    for word in ("# c", "# own", "# behind", "# end"):
        assert out.getvalue().count(word) == text.count(word)
