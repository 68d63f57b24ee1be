"""Posting a picture and showing it, to whom it may be shown."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from hoede.demo.plein import accounts, orders, posts
from hoede.demo.plein.accounts import Account, AccountState
from hoede.demo.plein.acting import ask, guidelines_url
from hoede.demo.plein.joining import plain
from hoede.demo.plein.pages import go
from hoede.demo.plein.pictures import Refusal
from hoede.demo.plein.posts import Post, PostState
from hoede.demo.plein.square import Square

CAPTION_LENGTH = 200
FIRST_ANSWER = timedelta(seconds=30)  # after that a round asks again, should we have crashed while asking


@dataclass(frozen=True, slots=True)
class Posting:
    square: Square

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/post", self.form, methods=["GET"])
        router.add_api_route("/post", self.post, methods=["POST"])
        router.add_api_route("/posts/{post}", self.show, methods=["GET"])
        router.add_api_route("/pictures/{post}", self.picture, methods=["GET"])
        return router

    def form(self, request: Request) -> Response:
        member = self.square.member(request)
        if isinstance(member, Response):
            return member
        return self._form(request, member, caption="", wrong={})

    def post(
        self,
        request: Request,
        caption: Annotated[str, Form()] = "",
        picture: Annotated[UploadFile | str | None, File()] = None,
    ) -> Response:
        member = self.square.member(request)
        if isinstance(member, Response):
            return member
        if member.state is AccountState.RESTRICTED:
            return self._form(request, member, status=403, caption="", wrong={})
        caption = plain(caption)
        if isinstance(picture, str) or picture is None or not 0 < len(caption) <= CAPTION_LENGTH:
            wrong = _what_is_wrong(caption)
            return self._form(request, member, status=422, caption=caption, wrong=wrong)
        permit = ask(self.square, member, "post")
        if permit.certain and not permit.granted:  # where it is not certain, the picture waits unseen
            return self._form(request, member, status=403, caption=caption, wrong={}, permit=permit)
        saved = self._save(member, caption, picture)
        if isinstance(saved, Refusal):
            return self._form(request, member, status=422, caption=caption, wrong={"picture": saved.reason})
        self.square.telling.send_post(saved)
        return go(f"/posts/{saved.id}")

    def show(self, request: Request, post: str) -> Response:
        visitor = self.square.visitor(request)
        found = self._find(post)
        if found is None:
            return self.square.pages.show(request, "missing.html", visitor, status=404, why="missing")
        shown, maker = found
        is_mine = visitor is not None and visitor.id == maker.id
        if shown.state is PostState.REMOVED:
            return self.square.pages.show(request, "missing.html", visitor, status=410, why="removed")
        if not is_mine and not _is_public(shown, maker):
            return self.square.pages.show(request, "missing.html", visitor, status=404, why="missing")
        return self.square.pages.show(request, "post.html", visitor, post=shown, maker=maker)

    def picture(self, post: str) -> Response:
        """The file, only while everybody may see it; what is held is shown to nobody, its maker included."""
        found = self._find(post)
        if found is None:
            return Response(status_code=404)
        shown, maker = found
        if shown.state is PostState.REMOVED:
            return Response(status_code=410)
        file = self.square.pictures.path(shown.id)
        if not _is_public(shown, maker) or not file.is_file():
            return Response(status_code=404)
        return FileResponse(file, media_type=shown.media_type, headers={"Content-Disposition": "inline"})

    def _save(self, member: Account, caption: str, picture: UploadFile) -> Post | Refusal:
        """The post with its picture safe on disk and shown to nobody, before Hoede is asked."""
        post_id = self.square.new_id()
        kind = self.square.pictures.save(post_id, picture.file)
        if isinstance(kind, Refusal):
            return kind
        now = self.square.now()
        post = Post(
            id=post_id,
            account=member.id,
            caption=caption,
            media_type=kind,
            state=PostState.WAITING,
            posted_at=now,
        )
        with self.square.database.transaction() as tx:
            posts.add(tx, post, now + FIRST_ANSWER)
        return post

    def _find(self, post: str) -> tuple[Post, Account] | None:
        with self.square.database.transaction() as tx:
            found = posts.find(tx, post)
            maker = accounts.find(tx, found.account) if found else None
        return (found, maker) if found and maker else None

    def _form(self, request: Request, member: Account, *, status: int = 200, **values: object) -> Response:
        with self.square.database.transaction() as tx:
            letters = orders.letters(tx, member.id)
        shown = {"permit": None, "guidelines_url": guidelines_url(self.square, request)} | values
        return self.square.pages.show(request, "upload.html", member, status=status, letters=letters, **shown)


def _what_is_wrong(caption: str) -> dict[str, str]:
    """With the caption, else with the picture."""
    if 0 < len(caption) <= CAPTION_LENGTH:
        return {"picture": "wrong.no_picture"}
    return {"caption": "wrong.caption"}


def _is_public(post: Post, maker: Account) -> bool:
    return post.state is PostState.VISIBLE and maker.state is not AccountState.CLOSED
