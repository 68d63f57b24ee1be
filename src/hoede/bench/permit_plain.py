"""The plain endpoint that ours is measured beside: FastAPI's way, with the shapes of our own description."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException

from hoede.web.shapes import PermitIn, PermitOut, PermitsIn, PermitsOut


def plain(key: str, answers: list[Any]) -> FastAPI:
    """Looks at the key, reads what is asked, and answers as we did to the same question."""
    app = FastAPI()
    known = {f"Bearer {key}": frozenset({"permits"})}
    permits = {f"acc-{number}": PermitOut.model_validate(one) for number, one in enumerate(answers)}

    async def who(authorization: Annotated[str, Header()] = "") -> frozenset[str]:
        scopes = known.get(authorization)
        if scopes is None or "permits" not in scopes:
            raise HTTPException(401)
        return scopes

    @app.post("/v1/permits")
    async def post_permit(
        asked: PermitIn | PermitsIn,
        _scopes: Annotated[frozenset[str], Depends(who)],
    ) -> PermitOut | PermitsOut:
        if isinstance(asked, PermitsIn):
            return PermitsOut(permits=tuple(permits[one.account] for one in asked.attempts))
        return permits[asked.account]

    return app
