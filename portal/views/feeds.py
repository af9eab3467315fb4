"""To come."""

from flask import Blueprint

blueprint = Blueprint("feeds", __name__)
