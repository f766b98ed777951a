"""The audit room, put together."""

from __future__ import annotations

from fastapi import APIRouter

from guilder.audit.application.audit_service import AuditService
from guilder.audit.application.event_log_service import EventLogService
from guilder.audit.application.ports import AuditTrail, EventLog
from guilder.audit.infrastructure.database_audit_logger import DatabaseAuditLogger
from guilder.audit.infrastructure.sql_audit_trail import SqlAuditTrail
from guilder.audit.infrastructure.sql_event_log import SqlEventLog
from guilder.audit.presentation.event_router import router as event_router
from guilder.audit.presentation.router import router
from guilder.core.container import Container
from guilder.core.relay import Subscription
from guilder.published.audit import AuditLogger


def register(container: Container) -> None:
    """Bind this room's ports to their adapters."""
    container.register_singleton(AuditTrail, SqlAuditTrail)
    container.register_scoped(AuditLogger, DatabaseAuditLogger)
    container.register_scoped(AuditService, AuditService)
    container.register_singleton(EventLog, SqlEventLog)
    container.register_scoped(EventLogService, EventLogService)


def routers() -> list[APIRouter]:
    """What this room answers over HTTP."""
    return [router, event_router]


def subscriptions() -> list[Subscription]:
    """Nothing: what is to be noted is noted in the commit of what was done."""
    return []
