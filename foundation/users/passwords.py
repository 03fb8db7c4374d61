"""Passwords: what is accepted, how they are kept, and how they are compared.

Argon2id with 19 MiB, two passes, one lane (OWASP's minimum): about 20 ms, so a person does not
wait and a guesser does.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ledger.errors import InvalidInput

MIN_LENGTH, MAX_LENGTH = 10, 200
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Compared against when nobody has the name, so that the answer takes as long either way.
_DUMMY = (
    "$argon2id$v=19$m=19456,t=2,p=1$il9Ze1di2aP1P666IZJc8A"
    "$89OvH2kFoJVph7WmBpPCwTpqVFoo+QO8Jq+zUtPsKiA"
)


class WeakPassword(InvalidInput):
    """The password is too easy to guess."""

    code = "weak_password"
    message = "密码不符合要求：{reason}"


def check(password: str, *, name: str) -> None:
    """Refuse a password that is too short, too long, or made of the name. Raises WeakPassword."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(reason=f"至少 {MIN_LENGTH} 个字符")
    if len(password) > MAX_LENGTH:
        raise WeakPassword(reason=f"最多 {MAX_LENGTH} 个字符")
    if name in password.lower() and len(password) < len(name) + MIN_LENGTH:
        raise WeakPassword(reason="不能由用户名组成")
    if len(set(password)) < 4:
        raise WeakPassword(reason="重复字符过多")


def hash_of(password: str) -> str:
    """Return what is stored instead of the password."""
    return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Compare in the same time whether somebody has the name or not."""
    try:
        _hasher.verify(stored or _DUMMY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
