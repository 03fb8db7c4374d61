"""Profiles: provenance, wording that keeps its own rules, forbidden words in drafts."""

import tomllib
from copy import deepcopy

import pytest

from ledger.errors import InvalidInput, NotFound
from receipts import profile
from receipts.content import GiftForm, Kind
from receipts.fields import Subject, values_of
from receipts.profile import ForbiddenWord, check_wording, forbidden_words, get_profile

FORBIDDEN_BY_LAW = ["票据", "发票", "统一收据", "监制", "收据", "专用章", "可抵税", "税前扣除"]


def data_of(profile_id):
    return tomllib.loads((profile.FOLDER / f"{profile_id}.toml").read_text(encoding="utf-8"))


def test_china_and_canada_are_there():
    assert profile.list_profiles() == ("ca", "cn")


@pytest.mark.parametrize("profile_id", profile.list_profiles())
def test_every_rule_and_small_print_has_source_and_grade(profile_id):
    loaded = get_profile(profile_id)
    provenances = [rule.provenance for rule in loaded.forbidden]
    for form in loaded.forms.values():
        provenances += [form.provenance, form.small_print_provenance]
    assert provenances
    assert all(each.source and each.grade in set("ABCMI") for each in provenances)


@pytest.mark.parametrize("profile_id", profile.list_profiles())
def test_every_field_that_a_profile_names_exists(profile_id, documents):
    loaded = get_profile(profile_id)
    names = {part.field for form in loaded.forms.values() for part in (*form.rows, *form.columns)}
    content = documents.content()
    subject = Subject(content, loaded, content.draft.gifts[0])
    for name in names:
        assert all(isinstance(line, str) and line for line in values_of(name, subject))


def test_unknown_field_is_refused(documents):
    content = documents.content()
    with pytest.raises(InvalidInput, match="没有名为seal的字段"):
        values_of("seal", Subject(content, get_profile("cn"), content.draft.gifts[0]))


@pytest.mark.parametrize("profile_id", ["", "xx", "../cn", "cn.toml", "/etc/passwd"])
def test_unknown_profile_is_not_found(profile_id):
    with pytest.raises(NotFound):
        get_profile(profile_id)


def test_chinese_profile_has_no_tax_receipt():
    with pytest.raises(NotFound):
        get_profile("cn").form(Kind.TAX_RECEIPT)


@pytest.mark.parametrize("word", FORBIDDEN_BY_LAW)
def test_profile_whose_own_title_uses_a_forbidden_word_does_not_load(word):
    data = data_of("cn")
    data["kind"]["letter"]["title"]["text"] = f"捐赠{word}"
    with pytest.raises(ForbiddenWord):
        profile.read(data)


@pytest.mark.parametrize("place", ["label", "text", "mark"])
def test_forbidden_word_is_found_anywhere_in_a_profile(place):
    data = data_of("cn")
    target = {
        "label": data["kind"]["annual"]["column"][0]["label"],
        "text": data["kind"]["certificate"]["text"]["body"],
        "mark": data["marks"]["copy"],
    }[place]
    target["second"] = "Tax-Deductible  Receipt"
    with pytest.raises(ForbiddenWord):
        profile.read(data)


@pytest.mark.parametrize("missing", ["id", "labels", "kind", "forbidden", "permitted", "symbol"])
def test_incomplete_profile_is_refused(missing):
    data = data_of("cn")
    del data[missing]
    with pytest.raises(InvalidInput, match="文件方案"):
        profile.read(data)


def test_rule_without_a_known_grade_is_refused():
    data = deepcopy(data_of("cn"))
    data["forbidden"][0]["grade"] = "Z"
    with pytest.raises(InvalidInput):
        profile.read(data)


@pytest.mark.parametrize("word", [*FORBIDDEN_BY_LAW, "官方票据", "票 据", "Receipt", "INVOICE"])
def test_staff_cannot_type_a_forbidden_word(documents, word):
    cn = get_profile("cn")
    with pytest.raises(ForbiddenWord, match="致辞"):
        check_wording(documents.draft(message=f"本函即{word}。"), cn)
    described = documents.gift(form=GiftForm.IN_KIND, description=f"图书，附{word}")
    with pytest.raises(ForbiddenWord, match="捐赠物资"):
        check_wording(documents.draft(gifts=(described,)), cn)


def test_names_are_facts_and_may_hold_a_forbidden_word(documents):
    named = type(documents.company)("武汉示例票据印务有限公司", documents.company.kind)
    draft = documents.draft(recipient=named)
    check_wording(draft, get_profile("cn"))
    text = "捐赠确认函 武汉示例票据\n印务有限公司 官方票据 代码"
    assert forbidden_words(text, documents.content(recipient=named), get_profile("cn")) == []


def test_forbidden_words_are_found_across_line_breaks(documents):
    found = forbidden_words("可用于税\n前扣 除的发\n票", documents.content(), get_profile("cn"))
    assert found == ["发票", "税前扣除"]


def test_braces_in_a_name_are_not_a_template(documents):
    named = type(documents.person)("{issuer}{0}{number!r}")
    content = documents.content(recipient=named)
    filled = profile.places(content, get_profile("cn"))
    greeting = get_profile("cn").form(Kind.LETTER).texts["greeting"].filled(**filled)
    assert greeting.text == "尊敬的{issuer}{0}{number!r}："
