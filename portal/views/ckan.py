"""To come."""

from flask import Blueprint

blueprint = Blueprint("ckan", __name__)
