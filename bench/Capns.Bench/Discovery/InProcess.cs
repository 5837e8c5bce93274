using System.Diagnostics;
using Capns.Access;
using Capns.Access.Rules;
using Capns.Bench.Api;
using Capns.Bench.Workers;
using Capns.Contracts.Discovery;
using Capns.Discovery.Worker;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Requests;
using Capns.Discovery.Worker.Rights;
using Capns.Discovery.Worker.Search;
using Capns.Discovery.Worker.Search.Capabilities;
using Capns.Hosting;
using Capns.Hosting.Configuration;
using Capns.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Capns.Bench.Discovery;

/// <summary>The discovery worker's own parts in this process, on real servers, without the bus between.</summary>
internal sealed class InProcess : IAsyncDisposable
{
    private readonly WebApplication _worker;
    private readonly RightsFilter _rights;

    private InProcess(WebApplication worker, TimeProvider time)
    {
        _worker = worker;
        var caller = new Caller { Kind = CallerKind.User, Id = "bench", Roles = ["admin"] };
        _rights = new RightsFilter(caller, agentId: null, AccessSnapshot.Empty, time.GetUtcNow(), isStale: false);
    }

    /// <summary>All tools.</summary>
    public CatalogueSnapshot Catalogue => Get<CurrentIndex>().Current.Snapshot;

    /// <summary>Bytes of the index, without the tools themselves.</summary>
    public double BytesPerTool { get; private set; }

    /// <summary>From nothing to everything.</summary>
    public TimeSpan BuildTime { get; private set; }

    /// <summary>Taking over one changed tool.</summary>
    public TimeSpan ChangeTime { get; private set; }

    /// <summary>Makes the tables, puts the tools into them, and reads them as the worker does at its start.</summary>
    public static async Task<InProcess> OpenAsync(
        string root, Servers servers, string state, IReadOnlyList<CatalogueTool> tools, TimeProvider time, CancellationToken cancellationToken)
    {
        await MakeTablesAsync(root, servers, state, cancellationToken);
        await using (var database = NpgsqlDataSource.Create(Seed.ConnectionString(servers.Environment["POSTGRESQL_URL"])))
        {
            await CatalogueFill.FillAsync(database, tools, cancellationToken);
        }

        return await OpenAsync(servers, time, cancellationToken);
    }

    /// <summary>Reads the tools that are in the tables.</summary>
    public static async Task<InProcess> OpenAsync(Servers servers, TimeProvider time, CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, string>(servers.Environment, StringComparer.Ordinal) { ["PORT"] = "0", ["LOG_LEVEL"] = "error" };
        // Answers of the graph are not kept: each is worked out anew.
        variables.Remove("REDIS_URL");
        var builder = CapnsHost.CreateBuilder([], "discovery", new EnvironmentReader(variables.GetValueOrDefault));
        builder.AddDiscovery();
        builder.Services.AddSingleton(time);
        var process = new InProcess(builder.Build(), time);
        await process.Get<CatalogueWatch>().RefreshAsync(cancellationToken);
        process.Weigh();
        return process;
    }

    /// <summary>The registry makes its tables at its first start, discovery its own.</summary>
    public static async Task MakeTablesAsync(string root, Servers servers, string state, CancellationToken cancellationToken)
    {
        foreach (var kind in new[] { "Registry", "Discovery" })
        {
            await using var worker = WorkerProcess.Create(
                root, "release", kind, 1, state, new Dictionary<string, string>(servers.Environment, StringComparer.Ordinal) { ["LOG_LEVEL"] = "warn" });
            worker.Start();
            await worker.ReadyAsync(cancellationToken);
        }
    }

    public T Get<T>()
        where T : notnull => _worker.Services.GetRequiredService<T>();

    /// <summary>The five best by words alone, without rights, filters, graph and sentences.</summary>
    public int Find(string words)
    {
        using var hits = Get<CurrentIndex>().Current.Search(words, static _ => true);
        return hits.Top(5).Count;
    }

    /// <summary>Asks as an administrator.</summary>
    public async Task<ToolRecommendationUpdated> AskAsync(ToolDiscoveryRequest request, CancellationToken cancellationToken)
    {
        var context = DiscoveryContext.Read(request.Context, out _);
        var (answer, refusal) = await Get<DiscoveryAnswers>().AnswerAsync(new DiscoveryQuestion(request, context, RequestedCapabilities.None), _rights, "discovery", cancellationToken);
        return answer ?? throw new InvalidOperationException(refusal!.Message);
    }

    public async ValueTask DisposeAsync() => await _worker.DisposeAsync();

    private void Weigh()
    {
        var catalogue = Catalogue;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var started = Stopwatch.GetTimestamp();
        var index = ToolIndex.Build(catalogue);
        BuildTime = Stopwatch.GetElapsedTime(started);
        BytesPerTool = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / Math.Max(1, catalogue.Tools.Count);
        var changed = catalogue.Tools.Select((tool, at) => at == 0 ? tool with { Description = "Something else.", Revision = catalogue.Revision + 1 } : tool);
        var next = new CatalogueSnapshot(catalogue.Revision + 1, changed);
        started = Stopwatch.GetTimestamp();
        var after = index.With(next);
        ChangeTime = Stopwatch.GetElapsedTime(started);
        GC.KeepAlive(index);
        GC.KeepAlive(after);
    }
}
