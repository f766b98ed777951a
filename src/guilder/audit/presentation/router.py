"""The audit trail over HTTP."""

from fastapi import APIRouter

from guilder.audit.application.audit_service import AuditService
from guilder.audit.presentation.schemas import AuditPage, VerdictResponse
from guilder.core.container.fastapi import inject
from guilder.core.http import ExactRoute
from guilder.core.pages import DEFAULT_LIMIT, PageRequest
from guilder.core.wire import LimitIn

router = APIRouter(prefix="/v1/audit", tags=["audit"], route_class=ExactRoute)


@router.get("")
async def list_audit_entries(
    limit: LimitIn = DEFAULT_LIMIT, cursor: str | None = None, audit: AuditService = inject(AuditService)
) -> AuditPage:
    """Who did what to whom, oldest first. For admins and auditors."""
    return AuditPage.from_page(await audit.list_entries(PageRequest(limit, cursor)))


@router.get("/verify")
async def verify_audit_trail(audit: AuditService = inject(AuditService)) -> VerdictResponse:
    """Look whether anything in the trail was edited, deleted, moved or cut off. For admins and auditors."""
    return VerdictResponse.from_domain(await audit.verify_chains())
