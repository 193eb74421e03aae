"""An ordinary Flask application: not a line of it is about metrics."""

import random
import time

from flask import Flask, abort, jsonify

app = Flask(__name__)


@app.get("/")
def home():
    return "Hello, World!\n"


@app.get("/users/<int:user>")
def show_user(user):
    if user > 900:
        abort(404)
    return jsonify(user=user)


@app.get("/orders/<int:order>/items/<int:item>")
def show_item(order, item):
    if random.random() < 0.05:
        abort(500)
    return jsonify(order=order, item=item)


@app.get("/report")
def report():
    time.sleep(random.uniform(0.1, 1.2))
    return "a report that takes its time\n"
