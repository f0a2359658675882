"""Signatures of ours and of botocore, AWS's own, for the same requests at the same moment."""

import datetime
import json
import re
import subprocess
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from checks import check, run, same

PUMICE = sys.argv[1]
ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
ARN = "arn:aws:bedrock:us-west-2:123456789012:"


def ours(model, region, token=None, endpoint=None, **more):
    """The request as `pumice explain` shows it, with the headers that were signed."""
    request = {"model": model, "messages": [{"role": "user", "content": "Grüße, 你好 \u2028 \\u00e9"}], **more}
    env = {"HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true"}
    env |= {"AWS_ACCESS_KEY_ID": ID, "AWS_SECRET_ACCESS_KEY": SECRET}
    env |= {"AWS_SESSION_TOKEN": token} if token else {}
    env |= {"AWS_REGION": region} if region else {}
    env |= {"AWS_BEDROCK_RUNTIME_ENDPOINT": endpoint} if endpoint else {}
    text = json.dumps(request)
    done = subprocess.run([PUMICE, "explain", "-"], input=text, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # The body is to be had byte for byte, not as Python would write it again.
    body = re.search(r'^  "body": (.*),\n  "warnings"', done.stdout, re.S | re.M)[1]
    return json.loads(done.stdout), body.encode()


def theirs(shown, body, region, token):
    """botocore's signature of the same request, at the moment that ours names."""
    headers = shown["headers"]
    moment = datetime.datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ")
    signed = re.search(r"SignedHeaders=([^,]+)", headers["authorization"])[1].split(";")
    mine = {"host", "x-amz-date", "x-amz-security-token"}
    request = AWSRequest("POST", shown["url"], {name: headers[name] for name in signed if name not in mine}, body)

    auth = botocore.auth.SigV4Auth(Credentials(ID, SECRET, token), "bedrock", region)
    botocore.auth.get_current_datetime = lambda *_, **__: moment
    auth.add_auth(request)
    assert request.headers["X-Amz-Date"] == headers["x-amz-date"], "the clock of botocore was not set"
    return request.headers["Authorization"]


def compare(model, region, signed_for=None, token=None, **more):
    shown, body = ours(model, region, token, **more)
    region = signed_for or region
    if token:
        # It is not shown, and it is signed.
        assert shown["headers"]["x-amz-security-token"] == "(hidden)"
    assert f"/{region}/bedrock/aws4_request" in shown["headers"]["authorization"]
    same(theirs(shown, body, region, token), shown["headers"]["authorization"])
    return shown["url"]


def case(name, *arguments, url=None, **more):
    def function():
        sent = compare(*arguments, **more)
        assert url is None or url in sent, sent

    function.__name__ = name
    check(function)


NOVA = "bedrock/amazon.nova-lite-v1:0"
PROFILE = f"bedrock/converse/{ARN}application-inference-profile/a1b2c3"
case("a_colon", NOVA, "us-east-1", url="/model/amazon.nova-lite-v1%3A0/converse")
case("a_session_token", NOVA, "us-east-1", token="IQoJb3JpZ2luX2VjE/+==")
case("a_geography", "bedrock/us.anthropic.claude-sonnet-4-20250514-v1:0", "us-west-2")
case("a_slash_and_colons", PROFILE, None, signed_for="us-west-2", url="%3Aapplication-inference-profile%2Fa1b2c3/")
case("an_arn_and_another_region", PROFILE, "eu-west-1", signed_for="us-west-2")
case("an_arn_in_place_of_the_model", NOVA, "us-west-2", model_id=f"{ARN}provisioned-model/x")
case("a_stream", NOVA, "eu-central-1", stream=True, url="/converse-stream")
case("invoke_model", "bedrock/invoke/meta.llama3-8b-instruct-v1:0", "us-east-1", url="/invoke")
case("unicode", "bedrock/converse/amazon.növa-模型", "us-east-1", url="n%C3%B6va-%E6%A8%A1")
case("a_percent_sign_is_encoded_again", NOVA, "us-east-1", model_id="a%2Fb", url="/model/a%252Fb/")
case("signs", NOVA, "us-east-1", model_id="a+b=c~d*e", url="/model/a%2Bb%3Dc~d%2Ae/")
case("a_path_and_a_query", NOVA, "us-east-1", endpoint="https://h.example:8443/p/q%20r?b=2&a=%2F&a=1&c", url="?b=2&a=%2F")
case("govcloud", NOVA, "us-gov-west-1", url="https://bedrock-runtime.us-gov-west-1.amazonaws.com/")
case("china", NOVA, "cn-north-1", url="https://bedrock-runtime.cn-north-1.amazonaws.com.cn/")
run("signatures")
