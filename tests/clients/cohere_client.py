"""Cohere's Python client against `pumice serve --emulator`, in both versions of its API.

cohere_client.py URL GUARDED_URL: the second gateway wants the key `sk-witness`.
"""

import sys

import cohere

from checks import check, raises, run, same

URL, GUARDED_URL = sys.argv[1:]
MODEL = "bedrock/cohere.rerank-v3-5:0"
ARN = "bedrock/arn:aws:bedrock:us-west-2::foundation-model/amazon.rerank-v1:0"
QUERY = "Where does the red fox live?"
DOCUMENTS = ["Bread rises.", "The red fox does live in the wood.", "A fox is an animal."]
ONCE = {"max_retries": 0}


def clients(url=URL, key="sk-any"):
    return cohere.Client(api_key=key, base_url=url), cohere.ClientV2(api_key=key, base_url=url)


ONE, TWO = clients()


def places(answer):
    return [result.index for result in answer.results]


@check
def both_versions_rank_alike():
    for client in (ONE, TWO):
        answer = client.rerank(model=MODEL, query=QUERY, documents=DOCUMENTS)
        same(places(answer), [1, 2, 0])
        scores = [result.relevance_score for result in answer.results]
        assert scores == sorted(scores, reverse=True) and scores[0] > scores[1] > scores[2] == 0.0, scores
        assert answer.id, answer
        same(answer.meta, None)


@check
def a_model_has_many_names():
    for model in (MODEL, ARN, "cohere.rerank-v3-5:0", "bedrock/eu-west-1/amazon.rerank-v1:0", "bedrock/invoke/cohere.rerank-v3-5:0"):
        same(places(TWO.rerank(model=model, query=QUERY, documents=DOCUMENTS, top_n=2)), [1, 2])


@check
def version_1_returns_documents():
    answer = ONE.rerank(model=MODEL, query=QUERY, documents=DOCUMENTS, top_n=1, return_documents=True)
    same(answer.results[0].document.text, DOCUMENTS[1])
    same(ONE.rerank(model=MODEL, query=QUERY, documents=DOCUMENTS).results[0].document, None)


@check
def version_1_ranks_objects_by_their_fields():
    documents = [{"text": "bread", "note": QUERY}, {"text": "the red fox", "note": "bread"}]
    ask = lambda **rest: ONE.rerank(model=MODEL, query=QUERY, documents=documents, return_documents=True, **rest)
    same(places(ask()), [0, 1])
    answer = ask(rank_fields=["text"])
    same(places(answer), [1, 0])
    same((answer.results[0].document.text, answer.results[0].document.note), ("the red fox", "bread"))


@check
def pages_are_one_answer():
    documents = [f"fox {number}" for number in range(250)]
    same(sorted(places(TWO.rerank(model=MODEL, query=QUERY, documents=documents))), list(range(250)))
    same(len(TWO.rerank(model=MODEL, query=QUERY, documents=documents, top_n=120).results), 120)


@check
def errors_are_the_clients_typed_exceptions():
    table = [
        (cohere.BadRequestError, dict(model=MODEL, documents=[])),
        (cohere.BadRequestError, dict(model=MODEL, documents=DOCUMENTS, top_n=0)),
        (cohere.BadRequestError, dict(model="bedrock/amazon.nova-lite-v1:0", documents=DOCUMENTS)),
        (cohere.ForbiddenError, dict(model="bedrock/emulator.denied", documents=DOCUMENTS)),
        (cohere.NotFoundError, dict(model="bedrock/emulator.missing", documents=DOCUMENTS)),
        (cohere.TooManyRequestsError, dict(model="bedrock/emulator.fault.status:429", documents=DOCUMENTS)),
    ]
    for kind, request in table:
        for client in (ONE, TWO):
            error = raises(kind, lambda: client.rerank(query=QUERY, request_options=ONCE, **request))
            assert error.body["error"]["message"], error
    error = raises(cohere.BadRequestError, lambda: TWO.rerank(model=MODEL, query=QUERY, documents=["a", ""]))
    same(error.body["error"]["param"], "documents[1]")


@check
def the_key_is_asked_for():
    for client in clients(GUARDED_URL, "sk-wrong"):
        raises(cohere.UnauthorizedError, lambda: client.rerank(model=MODEL, query=QUERY, documents=DOCUMENTS))
    for client in clients(GUARDED_URL, "sk-witness"):
        same(places(client.rerank(model=MODEL, query=QUERY, documents=DOCUMENTS, top_n=1)), [1])


run("cohere (Python)")
