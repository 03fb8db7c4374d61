"""Donors: recording, changing, and who sees an identity number."""

import threading
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text, update

from foundation import database
from foundation.donors import service
from foundation.donors.models import Donor, DonorKind
from foundation.donors.service import DonorChange, DonorInput, DonorRef
from ledger.dimensions import Dimension
from ledger.errors import DomainError
from ledger.trail import TrailRecord
from tests import factories
from tests.foundation.donors.donor_cases import (
    COMPANY,
    CREDIT_CODE,
    ID_NUMBER,
    OTHER_CREDIT_CODE,
    OTHER_ID_NUMBER,
    PERSON,
    VAULT,
    given,
    record,
)
from tests.refusals import refused

WHO: dict[str, Any] = {"vault": VAULT, "actor": factories.PREPARER, "clock": factories.CLOCK}


def stored(engine: Engine, donor_id: int) -> Donor:
    with database.reading(engine) as session:
        donor = service.get_donor(session, donor_id)
        session.expunge(donor)
        return donor


def trail_of(engine: Engine, donor_id: int) -> list[TrailRecord]:
    with database.reading(engine) as session:
        query = select(TrailRecord).where(TrailRecord.subject == f"donor:{donor_id}")
        records = list(session.execute(query.order_by(TrailRecord.sequence)).scalars())
        session.expunge_all()
        return records


def change(engine: Engine, donor_id: int, **changes: Any) -> Donor:
    with database.transaction(engine) as session:
        return service.change_donor(session, donor_id, DonorChange(**changes), **WHO)


def test_recorded_donor_is_found_by_name_and_stands_in_the_dimensions(books: Engine) -> None:
    ref = record(books, given(name=" 林晓舟　", email=" lin@example.org ", phone="027-8888 0000"))

    donor = stored(books, ref.id)
    assert (donor.name, donor.email, donor.phone) == ("林晓舟", "lin@example.org", "027-8888 0000")
    assert (donor.pinyin, donor.initials) == ("linxiaozhou", "lxz")
    with database.reading(books) as session:
        assert session.get_one(Dimension, ref.dimension_id).name == "林晓舟"
    assert [row.action for row in trail_of(books, ref.id)] == ["donor.record"]


@pytest.mark.parametrize(
    ("changes", "code", "saying"),
    [
        ({"name": "  "}, "invalid", "名称不能为空"),
        ({"name": "甲" * 201}, "invalid", "200"),
        ({"credit_code": "91420100MA4K00000R"}, "wrong_number", "校验位"),
        ({"id_number": "990000200001080071"}, "wrong_number", "校验位"),
        ({"email": "not an address"}, "invalid", "电子邮箱"),
        ({"email": "a" * 200 + "@example.org"}, "invalid", "电子邮箱"),
        ({"phone": "call me"}, "invalid", "电话"),
        ({"phone": "1" * 41}, "invalid", "电话"),
        ({"note": "甲" * 2001}, "invalid", "备注"),
        ({"note": "a\x00b"}, "invalid", "备注"),
    ],
)
def test_wrong_particulars_are_refused_and_nothing_is_written(
    books: Engine, changes: dict[str, Any], code: str, saying: str
) -> None:
    with refused(code, saying):
        record(books, given(**changes))

    with database.reading(books) as session:
        assert session.execute(select(func.count()).select_from(Donor)).scalar() == 0


def test_credit_code_belongs_to_one_donor(books: Engine) -> None:
    record(books, given(name="甲公司", credit_code=CREDIT_CODE))

    with refused("invalid", "甲公司"):
        record(books, given(name="乙公司", credit_code=CREDIT_CODE.lower()))


def test_two_people_recording_one_organisation_at_once_get_it_once(books: Engine) -> None:
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def work(name: str) -> None:
        together.wait()
        try:
            record(books, given(name=name, credit_code=CREDIT_CODE))
            outcomes.append("recorded")
        except DomainError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("甲公司", "乙公司")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["invalid", "recorded"]


def test_identity_number_is_stored_sealed_and_shown_masked(books: Engine) -> None:
    ref = record(books, given(id_number=ID_NUMBER))

    donor = stored(books, ref.id)
    assert donor.id_number is not None
    assert ID_NUMBER.encode() not in donor.id_number
    assert service.masked_id_number(donor, VAULT) == "990000********007X"
    assert service.masked_id_number(stored(books, record(books).id), VAULT) == ""


def test_seeing_an_identity_number_leaves_a_record_with_the_reason(books: Engine) -> None:
    ref = record(books, given(id_number=ID_NUMBER))
    with database.transaction(books) as session:
        number = service.reveal_id_number(
            session,
            ref.id,
            reason="开具票据",
            vault=VAULT,
            actor=factories.REVIEWER,
            clock=factories.CLOCK,
        )

    assert number == ID_NUMBER
    record_of = trail_of(books, ref.id)[-1]
    assert (record_of.action, record_of.actor, record_of.reason) == (
        "donor.unmask",
        factories.REVIEWER,
        "开具票据",
    )
    assert ID_NUMBER not in str(record_of.detail)


def test_identity_number_is_not_shown_without_reason_or_number(books: Engine) -> None:
    person, company = record(books, given(id_number=ID_NUMBER)), record(books)

    with database.transaction(books) as session:
        with refused("invalid", "原因"):
            service.reveal_id_number(session, person.id, reason=" ", **WHO)
        with refused("not_found"):
            service.reveal_id_number(session, company.id, reason="核对", **WHO)
        with refused("unknown_donor"):
            service.reveal_id_number(session, 999, reason="核对", **WHO)


def test_number_copied_to_another_donor_does_not_open(books: Engine) -> None:
    first = record(books, given(id_number=ID_NUMBER))
    second = record(books, given(id_number=OTHER_ID_NUMBER))
    with database.transaction(books) as session:
        sealed = service.get_donor(session, first.id).id_number
        session.execute(update(Donor).where(Donor.id == second.id).values(id_number=sealed))

    with refused("identity_unreadable"):
        service.masked_id_number(stored(books, second.id), VAULT)


def test_change_keeps_what_is_not_named(books: Engine) -> None:
    ref = record(books, given(credit_code=CREDIT_CODE, email="a@example.org", note="老校友"))

    donor = change(books, ref.id, email="b@example.org", phone="")
    assert (donor.email, donor.phone, donor.note) == ("b@example.org", None, "老校友")
    assert donor.credit_code == CREDIT_CODE


def test_changed_name_is_found_anew_and_renames_the_dimension(books: Engine) -> None:
    ref = record(books)
    change(books, ref.id, name="南湖书院", kind=DonorKind.GROUP)

    donor = stored(books, ref.id)
    assert (donor.name, donor.pinyin, donor.kind) == ("南湖书院", "nanhushuyuan", DonorKind.GROUP)
    with database.reading(books) as session:
        assert session.get_one(Dimension, ref.dimension_id).name == "南湖书院"


def test_trail_names_the_changed_particulars_and_never_their_values(books: Engine) -> None:
    ref = record(books, given(id_number=ID_NUMBER))
    change(books, ref.id, name="林舟", id_number=OTHER_ID_NUMBER, email="new@example.org")

    entry = trail_of(books, ref.id)[-1]
    assert (entry.action, entry.detail) == (
        "donor.change",
        '{"changed":["email","id_number","name"]}',
    )


def test_change_without_effect_leaves_no_record(books: Engine) -> None:
    ref = record(books, given(id_number=ID_NUMBER, email="a@example.org"))
    change(books, ref.id, name=PERSON.name, id_number=ID_NUMBER, email="a@example.org")

    assert [row.action for row in trail_of(books, ref.id)] == ["donor.record"]


def test_identity_number_can_be_taken_away(books: Engine) -> None:
    ref = record(books, given(id_number=ID_NUMBER))
    donor = change(books, ref.id, id_number="")

    assert (donor.id_number, donor.id_number_index) == (None, None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "invalid"),
        ({"credit_code": "1"}, "wrong_number"),
        ({"credit_code": OTHER_CREDIT_CODE}, "invalid"),
        ({"email": "@"}, "invalid"),
    ],
)
def test_wrong_change_is_refused(books: Engine, changes: dict[str, Any], code: str) -> None:
    record(books, given(name="乙公司", credit_code=OTHER_CREDIT_CODE))
    ref = record(books, given(credit_code=CREDIT_CODE))

    with refused(code):
        change(books, ref.id, **changes)
    assert stored(books, ref.id).credit_code == CREDIT_CODE


def test_own_credit_code_may_be_given_again(books: Engine) -> None:
    ref = record(books, given(credit_code=CREDIT_CODE))

    assert change(books, ref.id, credit_code=CREDIT_CODE, note="核对").note == "核对"


def test_unknown_donor_is_not_found(books: Engine) -> None:
    with refused("unknown_donor"), database.reading(books) as session:
        service.get_ref(session, 4711)
    with refused("unknown_donor"):
        change(books, 4711, note="x")


def found_or_recorded(engine: Engine, entry: DonorInput) -> DonorRef:
    with database.transaction(engine) as session:
        return service.find_or_record(session, entry, **WHO)


def test_same_name_and_kind_is_the_same_donor(books: Engine) -> None:
    first = found_or_recorded(books, COMPANY)

    assert found_or_recorded(books, COMPANY) == first
    assert found_or_recorded(books, given(name=COMPANY.name)) != first


def test_credit_code_decides_whatever_the_name(books: Engine) -> None:
    first = record(books, given(name="旧名称公司", credit_code=CREDIT_CODE))
    entry = DonorInput("新名称公司", DonorKind.ORGANISATION, credit_code=CREDIT_CODE)

    assert found_or_recorded(books, entry) == first
    other = DonorInput("旧名称公司", DonorKind.ORGANISATION, credit_code=OTHER_CREDIT_CODE)
    assert found_or_recorded(books, other).id != first.id


def test_organisation_known_by_name_gets_its_credit_code(books: Engine) -> None:
    first = record(books, COMPANY)
    entry = DonorInput(COMPANY.name, COMPANY.kind, credit_code=CREDIT_CODE)

    assert found_or_recorded(books, entry).id == first.id
    assert stored(books, first.id).credit_code == CREDIT_CODE


def test_namesake_with_a_number_of_his_own_is_another_person(books: Engine) -> None:
    first = record(books, given(id_number=ID_NUMBER))

    assert found_or_recorded(books, given(id_number=ID_NUMBER)).id == first.id
    assert found_or_recorded(books, given(id_number=OTHER_ID_NUMBER)).id != first.id


def test_register_names_become_one_donor_each(books: Engine) -> None:
    existing = record(books, PERSON)
    kinds = {
        PERSON.name: DonorKind.PERSON,
        "赵新竹": DonorKind.PERSON,
        "ABC公司": DonorKind.ORGANISATION,
    }
    with database.transaction(books) as session:
        refs = service.ensure_named(session, kinds, actor=factories.PREPARER, clock=factories.CLOCK)
        again = service.ensure_named(
            session,
            {"abc公司": DonorKind.ORGANISATION},
            actor=factories.PREPARER,
            clock=factories.CLOCK,
        )

    assert refs[PERSON.name] == existing
    assert again["abc公司"] == refs["ABC公司"]
    assert stored(books, refs["赵新竹"].id).initials == "zxz"


def test_earliest_of_two_namesakes_takes_a_register_row(books: Engine) -> None:
    first, _second = record(books, PERSON), record(books, PERSON)
    with database.transaction(books) as session:
        refs = service.ensure_named(
            session,
            {PERSON.name: DonorKind.PERSON},
            actor=factories.PREPARER,
            clock=factories.CLOCK,
        )

    assert refs[PERSON.name] == first


def test_database_refuses_a_second_donor_with_the_credit_code(books: Engine) -> None:
    record(books, given(credit_code=CREDIT_CODE))
    other = record(books, COMPANY)

    with pytest.raises(Exception, match=r"(?i)unique"), database.transaction(books) as session:
        session.execute(
            text("UPDATE donor SET credit_code = :code WHERE id = :key"),
            {"code": CREDIT_CODE, "key": other.id},
        )
