"""Customers: found again by what they said, addressed as they should be, gone when their key is gone."""

import pytest

from archive.database.sealing import Vault
from archive.people import consent, customers, phones, staff
from archive.people.actors import act_for
from archive.people.customers import owner_of_phone
from archive.people.greeting import greeting, surname
from schemas.errors import Conflict, InvalidInput, NotFound
from schemas.workshop import Purpose
from tests.archive.people.town import NOW, ZHANG_PHONE, Town


@pytest.mark.parametrize("typed", ["13800138000", "138 0013 8000", "+86 138-0013-8000", "008613800138000",
                                   "8613800138000", "+86(138)00138000", "１３８００１３８０００"])
def test_one_form_of_a_phone(typed: str) -> None:
    assert phones.normalised(typed) == ZHANG_PHONE


@pytest.mark.parametrize("typed", ["12800138000", "1380013800", "138001380000", "053188888888", "", "+4915112345678"])
def test_what_is_no_mobile(typed: str) -> None:
    with pytest.raises(InvalidInput):
        phones.normalised(typed)


def test_how_a_phone_is_shown() -> None:
    assert phones.masked(ZHANG_PHONE) == "138****8000"


@pytest.mark.parametrize(("name", "sex", "kind", "zh"), [
    ("张强", "male", "person", "张先生"), ("欧阳娜娜", "female", "person", "欧阳女士"),
    ("东方", "male", "person", "东先生"),
    ("阿依古丽·买买提", "female", "person", "阿依古丽·买买提"), ("John Smith", "male", "person", "John Smith"),
    ("张强", None, "person", "尊敬的车主"), (None, "male", "person", "尊敬的车主"),
    ("济南运输公司", None, "organisation", "尊敬的车主")])
def test_how_people_are_addressed(name: str | None, sex: object, kind: object, zh: str) -> None:
    assert greeting(name, sex, kind)[0] == zh  # type: ignore[arg-type]


def test_a_surname_of_two_characters_stays_whole() -> None:
    assert (surname("诸葛亮"), surname("李芳")) == ("诸葛", "李")


@pytest.mark.parametrize(("field", "value"), [("phone", ZHANG_PHONE), ("phone_last4", "8000"), ("name", "张强"),
                                              ("surname", "张")])
def test_an_advisor_finds_his_customer(shared_town: Town, vault: Vault, field: str, value: str) -> None:
    with shared_town.database.connect("api") as connection, connection.transaction():
        act_for(connection, shared_town.advisor)
        [found] = customers.find(connection, vault, field, value)
        assert (found.customer_id, found.name, found.phone) == (shared_town.zhang.customer_id, "张强", ZHANG_PHONE)
        act_for(connection, shared_town.southern_advisor)
        assert customers.find(connection, vault, field, value) == []


def test_a_phone_logs_in_whom_it_belongs_to(shared_town: Town, vault: Vault) -> None:
    with shared_town.database.connect("api") as connection, connection.transaction():
        found = owner_of_phone(connection, vault, ZHANG_PHONE)
        assert found
        assert found.customer_id == shared_town.zhang.customer_id
        assert owner_of_phone(connection, vault, "+8613712345678") is None


def test_without_the_key_a_person_is_gone(town: Town, vault: Vault) -> None:
    town.change("UPDATE data_key SET wrapped = NULL")
    with town.database.connect() as connection:
        found = customers.customer(connection, vault, town.zhang.customer_id)
        assert (found.name, found.phone) == (None, None)
        with pytest.raises(NotFound):
            customers.customer(connection, vault, 999_999)


def test_consent_is_granted_once_and_withdrawn_once(town: Town) -> None:
    who = town.zhang.customer_id
    with town.database.connect() as connection:
        assert consent.withdraw(connection, who, Purpose.MARKETING)
        assert not consent.withdraw(connection, who, Purpose.MARKETING)
        for version in ("2", "3"):
            consent.grant(connection, who, Purpose.MARKETING, text_version=version, channel="app")
        agreed = {one.purpose: one.text_version for one in consent.in_force(connection, who)}
    assert agreed == {Purpose.LOCATION: "1", Purpose.MARKETING: "2", Purpose.TELEMETRY: "1"}


def test_consent_from_a_day_in_the_past(town: Town, vault: Vault) -> None:
    with town.database.connect() as connection:
        new = customers.add(connection, vault, name="王五")
        consent.grant(connection, new, Purpose.TELEMETRY, text_version="1", channel="paper", at=NOW)
        assert [one.since for one in consent.in_force(connection, new)] == [NOW]


def test_a_login_is_taken_regardless_of_case(shared_town: Town) -> None:
    with shared_town.database.connect() as connection, pytest.raises(Conflict):
        staff.add(connection, login="LIMIN", password_hash="x", name="another")
