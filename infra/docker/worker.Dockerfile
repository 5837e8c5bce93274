# Registry.Worker or Discovery.Worker: docker build -f infra/docker/worker.Dockerfile --build-arg WORKER=Registry -t capns/registry .
ARG DOTNET=10.0
FROM mcr.microsoft.com/dotnet/sdk:${DOTNET} AS build
ARG WORKER
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY src ./src
# One entry point for both: an executable finds its own .dll whatever it is called.
RUN dotnet publish "src/${WORKER}.Worker" -c Release -o /app && mv "/app/Capns.${WORKER}.Worker" /app/worker

FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET}-noble-chiseled
WORKDIR /app
COPY --from=build /app ./
COPY infra/examples/tools /tools
ENV HOST=0.0.0.0
USER $APP_UID
ENTRYPOINT ["./worker"]
