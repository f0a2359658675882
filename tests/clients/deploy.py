"""What is in deploy/ fits what `pumice` is: paths, ports, times and configuration.

deploy.py PUMICE FOLDER
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import urllib.request

import yaml

from checks import check, run, same

PUMICE, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
MANIFESTS = {each["kind"]: each for each in yaml.safe_load_all(pathlib.Path("deploy/kubernetes.yaml").read_text())}
POD = MANIFESTS["Deployment"]["spec"]["template"]
[CONTAINER] = POD["spec"]["containers"]
UNIT = pathlib.Path("deploy/pumice.service").read_text()
DOCKERFILE = pathlib.Path("deploy/Dockerfile").read_text()
CONFIG = FOLDER / "config.yaml"
CONFIG.write_text(MANIFESTS["ConfigMap"]["data"]["config.yaml"])
# What the pod has in its environment; keys stand for the role.
ENV = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
ENV |= {"AWS_REGION": "us-east-1", "LITELLM_MASTER_KEY": "sk-witness"}
ENV |= {"AWS_ACCESS_KEY_ID": "AKIAFAKEFAKEFAKEFAKE", "AWS_SECRET_ACCESS_KEY": "fake"}


def serve():
    command = [PUMICE, "serve", "--config", CONFIG, "--host", "0.0.0.0", "--port", "0", "--log", "info"]
    process = subprocess.Popen(command, env=ENV, stderr=subprocess.PIPE, text=True)
    seen = []
    for line in process.stderr:
        seen.append(line)
        if found := re.search(r"listening on http://[\d.]+:(\d+)", line):
            return process, int(found[1]), seen
    raise AssertionError("".join(seen))


@check
def the_config_map_is_taken_without_a_warning():
    process, _, seen = serve()
    process.send_signal(signal.SIGTERM)
    same((process.wait(20), [line for line in seen if "WARN" in line]), (0, []))


@check
def the_environment_has_what_the_config_map_asks_for():
    asked = set(re.findall(r"os\.environ/(\w+)", CONFIG.read_text()))
    same(asked, {variable["name"] for variable in CONTAINER["env"]})


@check
def the_probes_are_answered_without_a_key():
    process, port, _ = serve()
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{CONTAINER[probe]['httpGet']['path']}") as answer:
            same((probe, answer.status), (probe, 200))
    process.send_signal(signal.SIGTERM)
    process.wait(20)


@check
def the_ports_are_the_ones_that_it_listens_on():
    helped = subprocess.run([PUMICE, "serve", "--help"], capture_output=True, text=True, check=True).stdout
    [port] = re.findall(r"Port to listen on.*\[default: (\d+)\]", helped)
    same([each["containerPort"] for each in CONTAINER["ports"]], [int(port)])
    same(re.findall(r"^EXPOSE (.*)", DOCKERFILE, re.M), [port])
    [served] = MANIFESTS["Service"]["spec"]["ports"]
    same(served["targetPort"], CONTAINER["ports"][0]["name"])


@check
def the_labels_meet():
    labels = POD["metadata"]["labels"]
    for kind, selector in [
        ("Service", MANIFESTS["Service"]["spec"]["selector"]),
        ("Deployment", MANIFESTS["Deployment"]["spec"]["selector"]["matchLabels"]),
        ("PodDisruptionBudget", MANIFESTS["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"]),
    ]:
        assert selector and selector.items() <= labels.items(), kind


@check
def who_stops_it_waits_longer_than_it_takes():
    process, _, _ = serve()
    process.send_signal(signal.SIGTERM)
    [patience] = re.findall(r"open calls have (\d+) s", process.stderr.read())
    process.wait(20)
    sleep = CONTAINER["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert POD["spec"]["terminationGracePeriodSeconds"] > sleep + int(patience), POD["spec"]
    [limit] = re.findall(r"^TimeoutStopSec=(\d+)", UNIT, re.M)
    assert int(limit) > int(patience), limit


@check
def all_read_the_configuration_from_one_place():
    [mount] = CONTAINER["volumeMounts"]
    [command] = re.findall(r"^CMD (.*)", DOCKERFILE, re.M)
    for where in (command, re.findall(r"^ExecStart=(.*)", UNIT, re.M)[0]):
        assert f"{mount['mountPath']}/config.yaml" in where, where


@check
def the_compiler_is_as_new_as_the_workspace_asks_for():
    [wanted] = re.findall(r'^rust-version = "(\d+)\.(\d+)', pathlib.Path("Cargo.toml").read_text(), re.M)
    [found] = re.findall(r"^FROM rust:(\d+)\.(\d+)", DOCKERFILE, re.M)
    assert tuple(map(int, found)) >= tuple(map(int, wanted)), (found, wanted)


run("deploy")
