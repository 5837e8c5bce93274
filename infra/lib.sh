# shellcheck shell=bash
# What infra/up, infra/down and infra/test share: where things are, how steps are told, processes, HTTP.
# Sourced; expects ROOT (the checkout).

RUN="$ROOT/.run"
LOGS="$RUN/logs"
PIDS="$RUN/pids"

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# step "What is done" command…: runs it in a shell of its own, prints one line with its time; what it said stands in
# .run/logs/steps.log, and its errors here too.
step() {
  local name=$1 started=$SECONDS code
  shift
  mkdir -p "$LOGS"
  printf '== %s\n' "$name" >>"$LOGS/steps.log"
  # Not in a condition: there, bash would let the command go on after its first failure.
  set +e
  (set -e; "$@") >>"$LOGS/steps.log" 2>"$RUN/step.err"
  code=$?
  set -e
  cat "$RUN/step.err" >>"$LOGS/steps.log"
  printf '%-58s %4d s%s\n' "$name" $((SECONDS - started)) "$([ $code = 0 ] || echo '  FAILED')"
  [ $code = 0 ] || { grep '^error: ' "$RUN/step.err" || echo "error: see .run/logs/steps.log"; } >&2
  return $code
}

# A process is ours when its id and its start time are those that were written down: ids are used again.
started_at() { awk '{ sub(/^.*\) /, ""); print $20 }' "/proc/$1/stat" 2>/dev/null; }

remember() { # name pid
  mkdir -p "$PIDS"
  printf '%s %s\n' "$2" "$(started_at "$2")" >"$PIDS/$1.pid"
}

pid_of() { # name -> its id while it runs
  local pid at
  [ -f "$PIDS/$1.pid" ] && read -r pid at <"$PIDS/$1.pid" && [ -n "$at" ] && [ "$(started_at "$pid")" = "$at" ] && echo "$pid"
}

# stop name [seconds [signal]]: asks it to end, waits, then insists.
stop() {
  local pid deadline=$((SECONDS + ${2:-20}))
  if pid=$(pid_of "$1"); then
    kill -s "${3:-TERM}" "$pid" 2>/dev/null || true
    while pid_of "$1" >/dev/null && [ $SECONDS -lt $deadline ]; do sleep 0.1; done
    if pid_of "$1" >/dev/null; then kill -9 "$pid" 2>/dev/null || true; fi
  fi
  rm -f "$PIDS/$1.pid"
}

# wait_for seconds "what" command…: asks again until it succeeds.
wait_for() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || { printf 'error: %s\n' "$what" >&2; return 1; }
    sleep 0.2
  done
}

answers() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# First free port of this machine from the given one up.
free_port() {
  local port=$1
  while answers 127.0.0.1 "$port"; do port=$((port + 1)); done
  echo "$port"
}

# http_status port path -> the status of a GET, without needing curl.
http_status() {
  local line
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3
  read -r -t 5 _ line _ <&3 || true
  exec 3>&- 3<&-
  printf '%s\n' "${line:-0}"
}

is_status() { [ "$(http_status "$1" "$2" 2>/dev/null)" = "$3" ]; }

need_dotnet() {
  command -v dotnet >/dev/null || die "the .NET 10 SDK is missing; install it from https://dotnet.microsoft.com and run this again"
  local version
  version=$(cd "$ROOT" && dotnet --version 2>/dev/null) || die "the .NET 10 SDK is missing (global.json asks for it); install it from https://dotnet.microsoft.com and run this again"
  [ "${version%%.*}" -ge 10 ] || die ".NET SDK $version is too old; install version 10 and run this again"
}

# install package…: installs the missing ones. Their services are not started: only what we start ourselves is ours to stop.
install() {
  local package missing=() policy=/usr/sbin/policy-rc.d ours=0 code=0
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "missing: ${missing[*]}; install them, or name servers in RABBITMQ_URL, POSTGRESQL_URL and REDIS_URL"
  [ "$(id -u)" = 0 ] || die "missing packages; run as root: apt-get install ${missing[*]}"
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    ours=1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends "${missing[@]}" ||
    { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } || code=$?
  [ $ours = 0 ] || rm -f "$policy"
  [ $code = 0 ] || die "apt-get could not install ${missing[*]}; see .run/logs/steps.log"
}
