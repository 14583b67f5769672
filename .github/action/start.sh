#!/usr/bin/env bash
# Installs understudy, starts it in the background and points the steps that follow at it: what action.yml runs.
set -euo pipefail

fail() { # in three parts: what was expected, what came, what to do
  echo "::error title=understudy::expected $1; came $2; $3"
  exit 1
}

here="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
home="$RUNNER_TEMP/understudy" # of its own, so that the job's Python stays as it is
said="$home-$INPUT_PORT-$$.json" # of this start alone: an earlier one may still be there
log="$home-$INPUT_PORT-$$.log"

if [ ! -x "$home/bin/understudy" ]; then
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "Python 3.11 or later as python3" "$(python3 --version 2>&1 || true)" "have actions/setup-python go before"
  python3 -m venv "$home" || fail "an environment in $home" "none" "see what venv says above"
  "$home/bin/python" -m pip install --quiet --disable-pip-version-check "${INPUT_VERSION:-$here[speed]}" ||
    fail "${INPUT_VERSION:-understudy} to be installed" "a refusal of pip" "see what it says above"
fi

words=(serve --json --port "$INPUT_PORT")
for said_of in "clock=$INPUT_CLOCK" "seed=$INPUT_SEED" "scenario=$INPUT_SCENARIO"; do
  [ -z "${said_of#*=}" ] || words+=("--$said_of")
done
read -r -a more <<<"$INPUT_ARGS $INPUT_PROVIDERS"
words+=(${more[@]+"${more[@]}"}) # an old bash takes an empty list for an unset one
: >"$said"
nohup "$home/bin/understudy" "${words[@]}" >"$said" 2>"$log" </dev/null &
pid=$!

for ((tenth = 0; ; tenth++)); do
  [ ! -s "$said" ] || break
  if ! kill -0 "$pid" 2>/dev/null; then
    cat "$log"
    fail "understudy serve to start" "its end ($(tail -n 1 "$log"))" "correct the inputs of this step"
  fi
  if ((tenth >= 10 * INPUT_PATIENCE)); then
    kill "$pid"
    cat "$log"
    fail "understudy serve to be ready in $INPUT_PATIENCE s" "nothing" "read its log above, or raise patience"
  fi
  sleep 0.1
done

PID="$pid" LOG="$log" "$home/bin/python" - "$said" <<'PY'
import json, os, sys

with open(sys.argv[1], encoding="utf-8") as file:
    line = file.readline().strip()
told = json.loads(line)
variables = {}
for each in told["providers"].values():
    if each["api_key"] != "***":  # keys of your own are told nowhere
        print(f"::add-mask::{each['api_key']}")
    variables |= {name: value for name, value in each["env"].items() if value != "***"}
first = next(iter(told["providers"].values()))
outputs = {"url": told["url"], "control": told["control"], "api_key": first["api_key"], "json": line,
           "pid": os.environ["PID"], "log": os.environ["LOG"]}
for name, rows in {"GITHUB_ENV": variables, "GITHUB_OUTPUT": outputs}.items():
    with open(os.environ[name], "a", encoding="utf-8") as file:
        file.writelines(f"{key}={value}\n" for key, value in rows.items())
print(f"understudy at {told['url']}, its log in {os.environ['LOG']}")
PY
