"""The web side that every service has in common.

A service's ``app.py``::

    app = create_app(
        settings=settings,
        verifier=TokenVerifier(settings.verify_keys, settings.body, clock),
        translations=Catalogues.load(SHARED_LOCALE, HERE / "locale"),
        templates=[HERE / "http" / "templates"],
        routers=[build_api(usecases), build_pages(usecases)],
        lifespan=lifespan,
        registry=registry,
        readiness=readiness,
    )
    return Service("intake", app, ("/api/v1/issues", "/track", "/s"), readiness)

An endpoint::

    class Submission(BaseModel):
        words: Annotated[str, Text(5000)]
        station: Code
        recorded_at: AwareUTC | None = None

    @router.post("/api/v1/issues", status_code=201)
    async def submit(
        submission: Submission, key: Annotated[IdempotencyKey | None, Depends(idempotency)]
    ) -> Receipt: ...

    @router.get("/work")
    async def work(request: Request, claims: Annotated[Claims, Depends(allow(Role.MEMBER))]) -> Response:
        return render(request, "work.html", orders=await orders(claims.member))

A form of a page is read by ``shared.web.forms.read_form``; in its template::

    {% extends "base.html" %}
    {% import "forms.html" as forms %}
    {% block main %}
      {% call forms.form("/desk", csrf) %}
        {{ forms.field("name", _("Name"), form, required=true) }}
        {{ forms.submit(_("Send")) }}
      {% endcall %}
    {% endblock %}

Refusals are raised as :mod:`shared.errors`, anywhere, and become a problem document or a page by themselves.
"""
