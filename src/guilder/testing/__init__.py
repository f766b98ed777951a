"""Fakes for tests: of Guilder, and of whatever is built on it.

They keep the contracts of the ports that they stand in for, and pass the same tests as the real adapters. A
start for production refuses every binding that comes from this package.
"""

from __future__ import annotations

from guilder.testing.audit import FakeAuditTrail, LoggedAction, MockAuditLogger
from guilder.testing.clocks import FakeClock, FakeMarketClock
from guilder.testing.events import FakeEventLog
from guilder.testing.faults import Faults
from guilder.testing.ids import FixedSecrets, SequentialIds
from guilder.testing.mail import MockEmailService
from guilder.testing.notifications import (
    FakeNotifications,
    FakePreferences,
    MockNotificationService,
    SentNotification,
)
from guilder.testing.work import InMemoryUnitOfWork

__all__ = [
    "FakeAuditTrail",
    "FakeClock",
    "FakeEventLog",
    "FakeMarketClock",
    "FakeNotifications",
    "FakePreferences",
    "Faults",
    "FixedSecrets",
    "InMemoryUnitOfWork",
    "LoggedAction",
    "MockAuditLogger",
    "MockEmailService",
    "MockNotificationService",
    "SentNotification",
    "SequentialIds",
]
