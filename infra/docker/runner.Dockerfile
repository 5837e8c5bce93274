# Runner.Worker with the native sandbox and the interpreters that tools use:
# docker build -f infra/docker/runner.Dockerfile -t capns/runner .
#
# The runner sets control groups and user ids for each sandbox, so it needs a privileged container and starts as root;
# no tool does: each gets an unprivileged uid of its own before its first instruction.
ARG DOTNET=10.0
FROM mcr.microsoft.com/dotnet/sdk:${DOTNET} AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY src ./src
RUN dotnet publish src/Runner.Worker -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET}
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap libseccomp2 python3 nodejs tzdata \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app ./
RUN python3 -I -m compileall -q --invalidation-mode checked-hash Executors/Builtin
COPY infra/examples/tools /tools
ENV HOST=0.0.0.0 TOOL_FILES=/tools
ENTRYPOINT ["./Capns.Runner.Worker"]
