"""A list of messages under a credential's name stays; one of credentials, or of their words, goes."""

from __future__ import annotations

import json
from html import escape
from urllib.parse import quote_plus

import pytest
from tests.sanitize.written_ways import scrubbed

from hushtape.sanitize.chain import build

RULES = build().ruleset
FORM = "application/x-www-form-urlencoded"
MESSAGES = [
    "is too short (minimum is 8 characters)",
    "can't be blank",
    "must be present",
    "doesn't match Password",
    "has already been taken",
    "is invalid",
    "is not included in the list",
    "is reserved",
    "is the wrong length (should be 8 characters)",
    "must be greater than or equal to 8",
    "needs to be confirmed within 3 days, please request a new one",
    "was already confirmed, please try signing in",
    "has expired, please request a new one",
    "not found",
    "translation missing: password",
    "This field is required.",
    "This field may not be blank.",
    "This field may not be null.",
    "This password is too short. It must contain at least 8 characters.",
    "This password is too common.",
    "This password is entirely numeric.",
    "The password is too similar to the username.",
    "Ensure this field has at least 8 characters.",
    "Ensure this field has no more than 128 characters.",
    "Ensure this value has at most 128 characters (it has 140).",
    "Enter a valid value.",
    "Not a valid string.",
    "Null characters are not allowed.",
    "The two password fields didn't match.",
    "Your old password was entered incorrectly. Please enter it again.",
    "Incorrect type. Expected pk value, received str.",
    "The fields key, secret must make a unique set.",
    "Invalid token",
    "Invalid or expired token.",
    "Unable to log in with provided credentials.",
    "The password field is required.",
    "The password must be at least 8 characters.",
    "The password field must be at least 8 characters.",
    "The password field confirmation does not match.",
    "The password confirmation does not match.",
    "The password_confirmation field is required.",
    "The given password has appeared in a data leak. Please choose a different password.",
    "The password field must contain at least one uppercase and one lowercase letter.",
    "The password is incorrect.",
    "The password field format is invalid.",
    "The token has expired",
    "The Password field is required.",
    "Passwords must be at least 6 characters.",
    "Passwords must have at least one non alphanumeric character.",
    "Passwords must have at least one digit ('0'-'9').",
    "Passwords must have at least one uppercase ('A'-'Z').",
    "Passwords must use at least 5 different characters.",
    "Incorrect password.",
    "The field Password must be a string with a minimum length of 8 and a maximum length of 100.",
    "The password and confirmation password do not match.",
    "'Password' must not be empty.",
    "The length of 'Password' must be at least 8 characters. You entered 3 characters.",
    "password must be longer than or equal to 8 characters",
    "password should not be empty",
    "password must be a string",
    "This value should not be blank.",
    "This value is too short. It should have 8 characters or more.",
    "should be at least 12 character(s)",
    "does not match password",
    "at least one digit or punctuation character",
    "at least one upper case character",
    "Missing data for required field.",
    "Shorter than minimum length 8.",
    "Field may not be null.",
    "Length must be between 8 and 20.",
    "Unknown field.",
    "Field must be at least 8 characters long.",
    "Field must be equal to confirm.",
    "Invalid input.",
    "required field",
    "null value not allowed",
    "must be of string type",
    "empty values not allowed",
    "min length is 8",
    "String must contain at least 8 character(s)",
    "String too short",
    "password is a required field",
    "must not be blank",
    "size must be between 8 and 20",
    "length must be at least 8",
    "Value must be valid UTF-8",
    "must be base64",
    "Dieses Feld ist zwingend erforderlich.",
    "Dieses Passwort ist zu kurz. Es muss mindestens 8 Zeichen enthalten.",
    "Este campo es obligatorio.",
    "Ce champ est obligatoire.",
    "Dit veld is verplicht.",
    "Wrong password",
    "already taken",
    "Too short.",
    "Token not found",
    "Token is invalid or has expired",
    "API key not valid. Please pass a valid API key.",
]
"""What Rails, Django, Laravel, ASP.NET, FluentValidation, class-validator, Symfony, Phoenix, marshmallow,
WTForms, Cerberus, Yup and zod say."""

OTHERS = [
    "legal winner thank year wave sausage worth useful",
    "abandon abandon abandon abandon abandon about",
    "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
    "correct horse battery staple",
    "my cat is fat",
    "hunter two",
    "key Zk93mP0qX7vL2 of bob",
    "prod Zk93mP0qX7vL2kT9wB4 x",
    "The password Zk93mP0qX7vL2 is too common",
    "Invalid token given Zk93mP0qX7vL2kT9w",
    "The password hunter2 is too common",
    "Invalid zkqwxvbn",
    "is zkqwxvbnmkj",
    "a Zk93mP0qX7vL2 b",
    "Invalid Zk93mP0qX7vL2 b",
    "the quick brown fox jumps",
    "one two three four",
    "purple monkey dishwasher eats valid soup",
    "my dog ate my password",
    "Tr0ub4dor is my key",
    "Passwort geheim zu hause",
    "is",
]


def written(messages: list[str]) -> list[tuple[str, str]]:
    """A list under a credential's name, in each way that programs write it, and its media type."""
    document = {"errors": {"password": messages, "n": 1}}
    plain = json.dumps(document)
    inside = json.dumps({"in": plain})
    return [
        (plain, "application/json"),
        (json.dumps(document, indent=2), "application/json"),
        (inside, "application/json"),
        (inside.replace("'", "\\u0027").replace('\\"', "\\u0022"), "application/json"),
        (f'<a x="{escape(plain)}">', "text/html"),
        (f"payload={quote_plus(plain)}&z=1", FORM),
    ]


@pytest.mark.parametrize("message", MESSAGES)
def test_why_a_value_was_refused_stays(message: str) -> None:
    for body, kind in (*written([message]), *written(["is too short", message])):
        assert scrubbed(body, kind) == body
        auditor = RULES.auditor()
        assert (auditor.feed(body.encode()) or auditor.finish()) is None


@pytest.mark.parametrize("text", OTHERS)
def test_words_that_say_nothing_of_a_value_and_what_is_made_go(text: str) -> None:
    for body, kind in (*written([text]), *written(["is too short", text])):
        left = scrubbed(body, kind)
        assert text not in left and text.replace(" ", "+") not in left and "REDACTED" in left
