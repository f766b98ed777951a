"""Writes to users about their accounts."""

from __future__ import annotations

from typing import Final

from guilder.core.clock import Clock
from guilder.core.ids import IdSource, SecretSource
from guilder.core.unit_of_work import UnitOfWork
from guilder.published.notification import EmailService
from guilder.user.application.ports import ActivationTokenRepository
from guilder.user.domain.activation_token import TOKEN_LIFE, ActivationToken, ActivationTokenId
from guilder.user.domain.secret_hash import hash_of
from guilder.user.domain.user import User

_ACTIVATION: Final = """\
Your activation token, good for {days} days:

    {token}

Send it to POST /v1/users/{user_id}/activate as {{"token": "..."}}.
"""

_WELCOME: Final = """\
Welcome {name}!

Your account is open, and waits for you to show that this address is yours.

{activation}
If you did not ask for an account, do nothing: without the token nobody can use it.
"""

_WELCOME_AT_ONCE: Final = """\
Welcome {name}!

Your account is open and active. Sign in at POST /v1/sessions with this address and your password.
"""

_REPEATED: Final = """\
Hello {name},

somebody, perhaps you, tried to open an account with this address. You have one already; nothing has changed.
Sign in at POST /v1/sessions. If it was not you, there is nothing to do.
"""

_REPEATED_BEFORE_ACTIVATION: Final = """\
Hello {name},

somebody, perhaps you, tried once more to open an account with this address. It is open since the first time,
with the password that was chosen then, and still waits to be activated.

{activation}
If you never chose a password for it, do not use the token: somebody else did.
"""


class UserNotifier:
    """Mails to users. Only the mail holds the activation token; Guilder keeps its hash."""

    def __init__(
        self,
        work: UnitOfWork,
        mails: EmailService,
        tokens: ActivationTokenRepository,
        ids: IdSource,
        secrets: SecretSource,
        clock: Clock,
    ) -> None:
        self._work = work
        self._mails = mails
        self._tokens = tokens
        self._ids = ids
        self._secrets = secrets
        self._clock = clock

    async def send_email(self, user: User, subject: str, body: str) -> None:
        """Write to one user. Raises `MailNotSentError`."""
        await self._mails.send_email(str(user.email), subject, body)

    async def send_welcome_notification(self, user: User) -> None:
        """Greet a new user, with a token unless he is active already. Raises `MailNotSentError`."""
        await self._write(user, "Welcome!", _WELCOME_AT_ONCE if user.is_active else _WELCOME)

    async def send_repeated_registration_notice(self, user: User) -> None:
        """Tell him that his address was used again, with a new token unless he is active. Raises `MailNotSentError`."""
        letter = _REPEATED if user.is_active else _REPEATED_BEFORE_ACTIVATION
        await self._write(user, "You have an account already", letter)

    async def _write(self, user: User, subject: str, letter: str) -> None:
        async with self._work:
            activation = "" if user.is_active else self._activation(user)
            await self.send_email(user, subject, letter.format(name=user.name, activation=activation))

    def _activation(self, user: User) -> str:
        token = self._secrets.new()
        token_id = ActivationTokenId(self._ids.new())
        expires_at = self._clock.now() + TOKEN_LIFE
        self._tokens.save(ActivationToken(token_id, user.id, hash_of(token), expires_at=expires_at))
        return _ACTIVATION.format(token=token, user_id=user.id, days=TOKEN_LIFE.days)
