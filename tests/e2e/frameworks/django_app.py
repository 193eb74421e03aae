"""A Django application in one file, which names the pattern that served a request in X-Route.

django_app.py show_urls lists the routes of path(); django_app.py patterns lists the expressions of re_path(),
which show_urls shortens; django_app.py serve listens on a port that the kernel chose and prints it.
"""

import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import include, path, re_path

settings.configure(
    ALLOWED_HOSTS=["*"], INSTALLED_APPS=["django_extensions"], ROOT_URLCONF=__name__, SECRET_KEY="x", USE_TZ=True,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
)  # fmt: skip
django.setup()


def view(request, *_, **__):
    route = request.resolver_match.route
    return HttpResponse(headers={"X-Route": route if route.startswith("^") else "/" + route})


PATHS = [
    path("", view),
    path("users/", view),
    path("users/<int:pk>/", view),
    path("users/me/", view),
    path("users/<str:name>/posts/<slug:slug>/", view),
    path("files/<path:p>", view),
    path("orders/<uuid:order>/", view),
    path("blog/", include([path("", view), path("<slug:s>/", view)])),
    path("mixed/<path:p>/tail/", view),
    path("no-slash", view),
]
EXPRESSIONS = [
    re_path(r"^archive/(?P<year>[0-9]{4})/$", view),
    re_path(r"^archive/(?P<year>[0-9]{4})/(?P<month>[0-9]{2})/$", view),
    re_path(r"^a/(\d+)/$", view),
    re_path(r"^optional/(?:(?P<page>\d+)/)?$", view),
    re_path(r"^word/(?P<w>\w+)\.json$", view),
]
# show_urls is to list path() alone.
urlpatterns = PATHS if "show_urls" in sys.argv else PATHS + EXPRESSIONS


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_):
        pass


if __name__ == "__main__":
    if sys.argv[1:] == ["patterns"]:
        for expression in EXPRESSIONS:
            print(expression.pattern.regex.pattern)
    elif sys.argv[1:] == ["serve"]:
        server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=QuietHandler)
        print("listening on", server.server_port, flush=True)
        server.serve_forever()
    else:
        execute_from_command_line(sys.argv)
