"""The peer: django-hordak posts transfers of two legs, all on one bank account.

Usage: peer_hordak.py HOST PORT USER PASSWORD WRITERS COUNT; prints transfers a second. Runs in
an environment of its own and imports nothing of ours.
"""

import multiprocessing
import sys
import time
from decimal import Decimal

import django
from django.conf import settings

HOST, PORT, USER, PASSWORD, WRITERS, COUNT = sys.argv[1:7]


def start():
    """Configure Django on the database."""
    settings.configure(
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "hordak",
                "HOST": HOST,
                "PORT": PORT,
                "USER": USER,
                "PASSWORD": PASSWORD,
            }
        },
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DEFAULT_CURRENCY="CNY",
        CURRENCIES=["CNY"],
        HORDAK_CURRENCIES=["CNY"],
        HORDAK_DECIMAL_PLACES=2,
        HORDAK_MAX_DIGITS=18,
    )
    django.setup()


def write(count, barrier):
    """Post `count` transfers."""
    start()
    from django.db import transaction
    from djmoney.money import Money
    from hordak.models import Account, Leg, Transaction

    bank, income = Account.objects.get(name="bank"), Account.objects.get(name="income")
    amount = Money(Decimal("123.45"), "CNY")

    def post_one():
        with transaction.atomic():
            made = Transaction.objects.create(description="gift")
            Leg.objects.create(transaction=made, account=bank, debit=amount)
            Leg.objects.create(transaction=made, account=income, credit=amount)

    for _ in range(10):
        post_one()
    barrier.wait()
    for _ in range(count):
        post_one()


def main():
    """Make the schema, then let the writers go at once."""
    start()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from hordak.models import Account

    Account.objects.create(name="bank", code="1", type="AS", currencies=["CNY"])
    Account.objects.create(name="income", code="2", type="IN", currencies=["CNY"])
    connection.close()
    context = multiprocessing.get_context("spawn")
    writers, each = int(WRITERS), int(COUNT) // int(WRITERS)
    barrier = context.Barrier(writers + 1)
    workers = [context.Process(target=write, args=(each, barrier)) for _ in range(writers)]
    for worker in workers:
        worker.start()
    barrier.wait()
    started = time.perf_counter()
    for worker in workers:
        worker.join()
    print(each * writers / (time.perf_counter() - started))


if __name__ == "__main__":
    main()
