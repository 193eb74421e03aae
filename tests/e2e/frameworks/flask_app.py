"""A Flask application that names the rule that served a request in X-Route. `flask --app flask_app routes` lists them."""

from flask import Flask, request

app = Flask(__name__)

for rule in [
    "/", "/users", "/users/<int:user_id>", "/users/<name>", "/users/me", "/users/<int:user_id>/edit",
    "/files/<path:name>", "/orders/<uuid:order>", "/orders/<float:amount>", "/<any(de, en):lang>/about",
    "/items/<string(length=2):code>", "/items/<slug>/parts", "/<page>/items", "/x/<int(signed=True):n>", "/dir/",
    "/mixed/<path:p>/tail", "/fixed/<string(minlength=2, maxlength=4):s>", "/t/<a>-<b>", "/Ünï/<x>",
]:  # fmt: skip
    app.add_url_rule(rule, endpoint=rule.replace(".", "_"), view_func=lambda **_: "")
app.add_url_rule("/users", endpoint="add", view_func=lambda: "", methods=["POST"])


@app.after_request
def name_the_rule(response):
    if request.url_rule is not None and response.status_code == 200:
        response.headers["X-Route"] = request.url_rule.rule.encode().decode("latin-1")
    return response


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=0, threaded=True)
