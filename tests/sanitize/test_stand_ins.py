"""What stands for a credential in a file fails no recording of its base64; all else does."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from hushtape.sanitize.chain import build

RULES = build().ruleset

STAND_INS = (
    "if(password==='')return;",
    "const ok=a.password===b.password;",
    "password=changeme",
    "password=None",
    "password=self.password[0]",
    json.dumps({"password": ["This password is too common.", "This password is entirely numeric."]}),
    "PASSWORD=${PASSWORD}",
    "PASSWORD=$PASSWORD",
    "password=$(cat /run/secrets/db)",
    "password = $config->password",
    'db = connect(password=os.environ["DB_PASSWORD"])',
    "password = getpass('Password: ')",
    "client_secret=process.env.CLIENT_SECRET",
    "password=self.password, token=args.token",
    "f(key, password=ssh_pwd)",
    "passwd=passwd_str",
    "password=getpass_exception",
    "secret_access_key: 'cfg_secret_key'",
    "--auth-parameters PASSWORD=[Password] x",
    'USER_PASSWD = "%s" % x',
    "def f(password=None, *, client_secret: str = None): pass",
    '{"password": "<your password>"}',
    '{"password": "string", "client_secret": "********"}',
    'password="{{ vault_db_password }}"',
    "password=%s",
    "password=%(password)s",
    'f"password={password}"',
    "password=%DB_PASSWORD%",
    "<password>${db.password}</password>",
    "<password>#{secret}</password>",
    "git clone https://user:password@host.example/x",
    "postgres://postgres:postgres@localhost:5432/app",
    "amqp://guest:guest@rabbit/ and mysql://root:${MYSQL_PASSWORD}@db/",
    "mongodb://<user>:<password>@cluster.example.net",
)
CREDENTIALS = (
    "password=hunter2",
    "password=P@ssw0rd",
    "password=qzv_xkw",
    "passwd=Zk9xvB93",
    "password=ssh_pwd1",
    '{"password": "s3cr3t-k93bXw2LmP"}',
    '{"password": "$ecret123"}',
    '{"password": "$2b$12$kQ93bXw2LmP0aQaz81Zk"}',
    '{"client_secret": "q7.k93bXw2LmP0aQ"}',
    '{"access_token": "Zk93bXw2LmP0aQaz81"}',
    '{"password": "{p4ss}word1"}',
    '{"password": "xkqjvbnwzrtplmhgf"}',
    "https://user:pa55@host.example/x",
    "https://ghp9Zk93bXw2LmP0aQaz81@host.example/x",
)


def audited(text: str) -> object:
    file = b64encode(f"# settings\nhost=db\n{text}\nport=1\nand more of it\n".encode()).decode()
    auditor = RULES.auditor()
    return auditor.feed(json.dumps({"content": file, "encoding": "base64"}).encode()) or auditor.finish()


@pytest.mark.parametrize("text", STAND_INS)
def test_a_file_in_base64_that_says_what_stands_for_a_credential_is_recorded(text: str) -> None:
    assert audited(text) is None


@pytest.mark.parametrize("text", CREDENTIALS)
def test_a_file_in_base64_that_says_a_credential_fails_the_recording(text: str) -> None:
    assert audited(text) is not None


@pytest.mark.parametrize("text", [*STAND_INS, *CREDENTIALS])
def test_a_credential_behind_another_fails_all_the_same(text: str) -> None:
    assert audited(f"{text}\npassword=k93bXw2LmP0") is not None


def test_a_program_that_says_how_a_private_key_begins_is_recorded_and_one_that_holds_a_key_is_not() -> None:
    marks = "BEGINS = '-----BEGIN RSA PRIVATE KEY-----'\nENDS = '-----END'\n" + "x = y\n" * 200
    key = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEAx9Zk93bXw2LmP0Qd7RtY\n" * 3 + "y = z\n" * 200
    for text, found in ((marks, False), (key, True)):
        auditor = RULES.auditor()
        assert ((auditor.feed(text.encode().hex().encode()) or auditor.finish()) is not None) is found
