"""AWS's own model of Rerank, by way of botocore, and boto3 against `pumice emulate`.

rerank_boto3.py URL PORT EMULATOR: a gateway at URL whose bedrock-agent-runtime is expected on PORT of loopback, where this
script answers in pages and holds every body against the model.
"""

import http.server
import json
import sys
import threading
import urllib.request

import boto3
import botocore.session
from botocore.validate import ParamValidator

from checks import check, run, same

URL, PORT, EMULATOR = sys.argv[1:]
ARN = "arn:aws:bedrock:us-west-2::foundation-model/amazon.rerank-v1:0"
SERVICE = botocore.session.get_session().get_service_model("bedrock-agent-runtime")
SHAPE = SERVICE.operation_model("Rerank").input_shape
BODIES = []


def unique(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"repeated key: {keys}"
    return dict(pairs)


class Pages(http.server.BaseHTTPRequestHandler):
    """Two results a page."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])), object_pairs_hook=unique)
        BODIES.append((self.path, body))
        first = int(body.get("nextToken", "0"))
        last = min(first + 2, body["rerankingConfiguration"]["bedrockRerankingConfiguration"]["numberOfResults"])
        page = {"results": [{"index": index, "relevanceScore": 1 / (index + 1)} for index in range(first, last)]}
        if last < len(body["sources"]):
            page["nextToken"] = str(last)
        answer = json.dumps(page).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def rerank(**request):
    """The places in the answer, and the bodies that it took."""
    BODIES.clear()
    data = json.dumps({"model": f"bedrock/{ARN}", "query": "q", **request}).encode()
    call = urllib.request.Request(f"{URL}/v1/rerank", data, {"content-type": "application/json"})
    with urllib.request.urlopen(call, timeout=20) as answer:
        results = json.load(answer)["results"]
    for path, body in BODIES:
        same(path, "/rerank")
        report = ParamValidator().validate(body, SHAPE)
        assert not report.has_errors(), report.generate_report()
    return [result["index"] for result in results], [body for _, body in BODIES]


@check
def the_model_sees_a_wrong_body():
    for body in ({}, {"queries": [], "sources": [], "rerankingConfiguration": {}, "query": "q"}):
        assert ParamValidator().validate(body, SHAPE).has_errors(), body


@check
def every_body_is_as_awss_model_has_it():
    documents = ["a", {"title": "b", "nested": {"c": [1, None]}}, "ü 道 🦊"]
    for request in (
        {"documents": documents},
        {"documents": documents, "top_n": 1},
        {"documents": documents, "top_n": 10},
        {"documents": documents, "rank_fields": ["title"], "return_documents": True},
        {"documents": documents, "max_tokens_per_doc": 512, "extra_body": {"priority": 1}},
        {"documents": documents, "model": "bedrock/us-gov-west-1/cohere.rerank-v3-5:0"},
        {"documents": ["a"] * 1000, "top_n": 3},
    ):
        places, bodies = rerank(**request)
        assert places and bodies, request


@check
def pages_are_followed():
    places, bodies = rerank(documents=["a", "b", "c", "d", "e"])
    same(places, [0, 1, 2, 3, 4])
    same([body.pop("nextToken", None) for body in bodies], [None, "2", "4"])
    same(bodies, [bodies[0]] * 3)


@check
def boto3_ranks_against_the_emulator():
    keys = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "secret"}
    client = boto3.client("bedrock-agent-runtime", endpoint_url=EMULATOR, region_name="us-west-2", **keys)
    source = lambda text: {"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": text}}}
    pages = client.get_paginator("rerank").paginate(
        queries=[{"type": "TEXT", "textQuery": {"text": "red fox 7"}}],
        sources=[source(f"fox {number}") for number in range(150)],
        rerankingConfiguration={
            "type": "BEDROCK_RERANKING_MODEL",
            "bedrockRerankingConfiguration": {"modelConfiguration": {"modelArn": ARN}},
        },
    )
    pages = [page["results"] for page in pages]
    same([len(page) for page in pages], [100, 50])
    same((pages[0][0]["index"], round(pages[0][0]["relevanceScore"], 3)), (7, 0.8))


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(PORT)), Pages)
threading.Thread(target=server.serve_forever, daemon=True).start()
run("rerank (botocore)")
