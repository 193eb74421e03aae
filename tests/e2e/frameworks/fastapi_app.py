"""A FastAPI application that names the route that served a request in X-Route.

fastapi_app.py openapi prints its document, fastapi_app.py routes its table of routes, which knows path converters;
fastapi_app.py serve listens on a port that the kernel chose.
"""

import json
import sys

import uvicorn
from fastapi import FastAPI, Request, Response

app = FastAPI(openapi_url=None)


@app.middleware("http")
async def name_the_route(request: Request, call_next):
    response = await call_next(request)
    route = request.scope.get("route")
    if route is not None and response.status_code == 200:
        response.headers["X-Route"] = route.path
    return response


async def serve():
    return Response()


for path in [
    "/", "/users", "/users/me", "/users/{user_id}", "/users/{user_id}/items/{item_id}", "/report.{ext}", "/v1/{name}:cancel",
    "/{a}-{b}/pair",
]:  # fmt: skip
    app.get(path)(serve)
app.post("/users")(serve)
app.put("/users/{user_id}")(serve)
if "openapi" not in sys.argv:
    app.get("/files/{p:path}")(serve)
    app.get("/mixed/{p:path}/tail")(serve)

if __name__ == "__main__":
    if sys.argv[1] == "openapi":
        print(json.dumps(app.openapi()))
    elif sys.argv[1] == "routes":
        for route in app.routes:
            print(",".join(sorted(route.methods)), route.path)
    else:
        uvicorn.run(app, host="127.0.0.1", port=0, access_log=False)
