"""The Flask application behind wayside in test_flask.py, served by Flask's server on a port that the kernel chose."""

from flask import Flask, Response, jsonify, make_response, redirect, request

app = Flask(__name__)


@app.get("/")
def hello():
    return "Hello, World!"


@app.get("/users/<int:user>")
def show_user(user):
    return jsonify(user=user)


@app.post("/users")
def add_user():
    return jsonify(request.get_json()), 201


@app.get("/old")
def old():
    return redirect("/users/1")


@app.get("/login")
def login():
    response = make_response("welcome")
    response.set_cookie("session", "abc", httponly=True)
    response.set_cookie("theme", "dark")
    return response


@app.get("/whoami")
def whoami():
    return jsonify(
        session=request.cookies.get("session"),
        host=request.host,
        forwarded_for=request.headers.get("X-Forwarded-For"),
    )


@app.get("/stream")
def stream():
    # No Content-Length: the server has to end the body by chunks or by closing.
    return Response((f"line {number}\n" for number in range(1000)), mimetype="text/plain")


@app.get("/broken")
def broken():
    raise RuntimeError("a bug in the application")


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=0, threaded=True)
