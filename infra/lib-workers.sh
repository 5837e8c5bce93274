# shellcheck shell=bash
# The three workers as processes of this machine. Sourced after lib.sh.

CONFIGURATION=Release

# program Capns.Registry.Worker -> its assembly
program() { echo "$ROOT/artifacts/bin/$1/release/$1.dll"; }

build_workers() { dotnet build "$ROOT/infra/workers.slnf" -c "$CONFIGURATION" -v quiet -nologo || die "the build failed; see .run/logs/steps.log"; }

# Keeps one worker running: one that ends on its own is started again after a second, unless its settings are wrong.
# Run in the background; ends, with the worker, when it is asked to.
supervise() { # name assembly
  local name=$1 assembly=$2 child='' ending=0 code
  trap 'ending=1; [ -z "$child" ] || kill "$child" 2>/dev/null' TERM
  while [ $ending = 0 ]; do
    dotnet "$assembly" >>"$LOGS/$name.log" 2>&1 </dev/null &
    child=$!
    remember "$name" "$child"
    code=0
    wait "$child" || code=$?
    # A signal ends the first wait; the worker then finishes what it is doing.
    while kill -0 "$child" 2>/dev/null; do wait "$child" || code=$?; done
    child=''
    [ $ending = 0 ] || break
    printf '{"level":"warn","worker":"%s","message":"ended with %s"}\n' "$name" "$code" >>"$LOGS/$name.log"
    if [ "$code" = 78 ]; then break; fi
    sleep 1
  done
  rm -f "$PIDS/$name.pid"
}

# start_worker name assembly port
start_worker() {
  export PORT=$3
  supervise "$1" "$2" &
  remember "$1.supervisor" $!
  unset PORT
  WORKERS+=("$1 $3")
}

start_workers() { # number of runners
  local index port
  WORKERS=()
  : >"$RUN/workers"
  export TOOL_DEFINITIONS="${TOOL_DEFINITIONS:-$ROOT/infra/examples/tools}" TOOL_FILES="${TOOL_FILES:-$ROOT/infra/examples/tools}"
  export ASPNETCORE_ENVIRONMENT="${ASPNETCORE_ENVIRONMENT:-Development}"
  API_PORT=$(free_port "${API_PORT:-3003}")
  start_worker registry "$(program Capns.Registry.Worker)" "$API_PORT"
  port=3103
  for ((index = 1; index <= $1; index++)); do
    port=$(free_port "$port")
    start_worker "runner-$index" "$(program Capns.Runner.Worker)" "$port"
    port=$((port + 1))
  done
  start_worker discovery "$(program Capns.Discovery.Worker)" "$(free_port 3203)"
  printf '%s\n' "${WORKERS[@]}" >"$RUN/workers"
}

workers_ready() {
  local name port
  while read -r name port; do
    pid_of "$name.supervisor" >/dev/null || die "worker $name ended at once: $(tail -n 1 "$LOGS/$name.log" | cut -c1-300)"
    wait_for 60 "worker $name is not ready; see .run/logs/$name.log" ready_or_ended "$name" "$port" || return 1
    pid_of "$name.supervisor" >/dev/null || die "worker $name ended: $(tail -n 2 "$LOGS/$name.log" | cut -c1-300)"
  done <"$RUN/workers"
}

ready_or_ended() { ! pid_of "$1.supervisor" >/dev/null || is_status "$2" /health/ready 200; }

# All at once, so that each may take the time it needs to finish its work.
stop_workers() {
  local file name pid deadline=$((SECONDS + 45))
  for file in "$PIDS"/*.supervisor.pid; do
    [ -e "$file" ] || continue
    name=$(basename "$file" .pid)
    if pid=$(pid_of "$name"); then kill "$pid" 2>/dev/null || true; fi
    # When the supervisor was killed, its worker is still there.
    if pid=$(pid_of "${name%.supervisor}"); then kill "$pid" 2>/dev/null || true; fi
  done
  for file in "$PIDS"/*.supervisor.pid; do
    [ -e "$file" ] || continue
    name=$(basename "$file" .pid)
    while { pid_of "$name" || pid_of "${name%.supervisor}"; } >/dev/null && [ $SECONDS -lt $deadline ]; do sleep 0.1; done
    stop "$name" 0
    stop "${name%.supervisor}" 0
  done
  rm -f "$RUN/workers"
}
