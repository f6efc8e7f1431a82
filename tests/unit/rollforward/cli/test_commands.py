"""The commands in processes of their own, against an AWS that gives prepared answers."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from rollforward.folders import ROOT

NOTHING_TO_DO: dict[str, tuple[int, dict[str, Any] | str]] = {
    "ListModelPackages": (200, {"ModelPackageSummaryList": []}),
    "GetQueueAttributes": (200, {"Attributes": {"ApproximateNumberOfMessages": "0"}}),
}
NOT_THERE = {"__type": "ValidationException", "message": 'Could not find endpoint "e".'}


@dataclass
class AwsServer:
    """Answers by operation, as (status, body); what it has no answer for is refused. Text is an HTML page."""

    answers: dict[str, tuple[int, dict[str, Any] | str]] = field(default_factory=dict)
    url: str = ""

    @property
    def environ(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "NO_PROXY": "127.0.0.1",
        }


@pytest.fixture
def aws_server() -> Iterator[AwsServer]:
    aws = AwsServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
            refusal = {"__type": "AccessDeniedException", "message": "You may not do this"}
            status, body = aws.answers.get(operation, (400, refusal))
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            if isinstance(body, str):
                self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((body if isinstance(body, str) else json.dumps(body)).encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        aws.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever).start()
        yield aws
        server.shutdown()


def run(*arguments: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """`python -m rollforward <arguments>` with no AWS settings but those of `environ`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nothing = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }
    ran = subprocess.run(
        [sys.executable, "-m", "rollforward", *arguments],
        cwd=ROOT,
        env={**clean, **nothing, **(environ or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ran.stderr
    return ran


def message(ran: subprocess.CompletedProcess[str], code: int) -> str:
    """The one message of a command that failed with `code`."""
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert ran.stderr.startswith("error: ")
    assert ran.stderr.count("error: ") == 1
    assert not ran.stdout
    return ran.stderr.removeprefix("error: ").strip()


@pytest.fixture
def archive(tmp_path: Path) -> str:
    (tmp_path / "model.tar.gz").write_bytes(b"an archive")
    return str(tmp_path / "model.tar.gz")


def test_missing_credentials_are_an_error_that_says_what_to_do(archive: str) -> None:
    for arguments in (["bootstrap"], ["status"], ["deliver", "sentiment", archive]):
        said = message(run(*arguments), 1)
        assert said == (
            "no AWS credentials: run `aws configure sso`, set AWS_PROFILE, or try `rollforward local`"
        )


def test_a_refusal_shows_awss_own_message(aws_server: AwsServer) -> None:
    said = message(run("status", environ=aws_server.environ), 1)
    assert said == "AWS refused DescribeEndpoint: You may not do this (AccessDeniedException)"


def test_expired_credentials_are_to_be_renewed(aws_server: AwsServer) -> None:
    expired = {"__type": "ExpiredTokenException", "message": "The token is expired"}
    aws_server.answers["DescribeEndpoint"] = (400, expired)
    said = message(run("status", environ=aws_server.environ), 1)
    assert said.endswith("(ExpiredTokenException): log in again with `aws sso login`")


def test_an_aws_that_does_not_answer_is_not_a_refusal(aws_server: AwsServer) -> None:
    nobody = {**aws_server.environ, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    said = message(run("status", environ=nobody), 1)
    assert said.startswith("cannot connect to AWS: ")
    assert "Start another with `rollforward local`" in said


@pytest.mark.parametrize("status", [200, 403])
def test_a_page_of_a_proxy_is_one_line(aws_server: AwsServer, status: int) -> None:
    page = "<html>\n<title>Log in\nto the network</title>\n<body>Please log in.</body>\n</html>"
    aws_server.answers["DescribeEndpoint"] = (status, page)
    said = message(run("status", environ=aws_server.environ), 1)
    assert said == (
        f"not AWS, but an HTML page answered DescribeEndpoint (HTTP {status}): 'Log in to the network'. "
        "Look for a proxy or a VPN, and check AWS_ENDPOINT_URL"
    )


def test_an_unknown_profile_is_named() -> None:
    said = message(run("status", environ={"AWS_PROFILE": "of-somebody-else"}), 1)
    assert said.startswith("cannot send the request to AWS: ")
    assert "of-somebody-else" in said


def test_status_is_data_or_a_table_and_nothing_else(aws_server: AwsServer) -> None:
    aws_server.answers = {
        **NOTHING_TO_DO,
        "GetParameter": (200, {"Parameter": {"Value": "none"}}),
        "DescribeEndpoint": (400, NOT_THERE),
    }
    ran = run("status", "--json", environ=aws_server.environ)
    (found,) = json.loads(ran.stdout)
    assert (found["model"], found["registered"], found["agree"]) == ("sentiment", None, True)
    shown = run("status", environ=aws_server.environ)
    assert "none; deliver to s3://rollforward-dev-models-" in shown.stdout
    assert (ran.returncode, shown.returncode) == (0, 0)


def test_status_fails_when_the_endpoint_lags_behind(aws_server: AwsServer) -> None:
    aws_server.answers = {
        **NOTHING_TO_DO,
        "GetParameter": (200, {"Parameter": {"Value": "registered/sentiment/v1/model.tar.gz"}}),
        "DescribeEndpoint": (400, NOT_THERE),
    }
    ran = run("status", "--json", environ=aws_server.environ)
    assert json.loads(ran.stdout)[0]["agree"] is False
    assert ran.returncode == 1
