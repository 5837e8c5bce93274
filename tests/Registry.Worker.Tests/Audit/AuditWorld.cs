using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Contracts;
using Capns.Messaging;
using Capns.Messaging.Outbound;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Analytics;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Outbox;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Capns.Registry.Worker.Tests.Audit;

/// <summary>An audit log in a database of its own; several instances of the registry may stand on it.</summary>
internal sealed class AuditWorld : IAsyncDisposable
{
    public const string Key = "the signing key of the tests, long enough";

    private static readonly string[] Protected = ["audit_log", "audit_intake", "audit_checkpoints", "audit_chains"];

    private readonly List<ServiceProvider> _instances = [];

    private AuditWorld(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    public SentMessages Sent { get; } = new();

    public IServiceProvider Services => _instances[0];

    public IAuditTrail Trail => Services.GetRequiredService<IAuditTrail>();

    public AuditSealer Sealer => Services.GetRequiredService<AuditSealer>();

    public AuditVerifier Verifier => Services.GetRequiredService<AuditVerifier>();

    public AuditKeeping Keeping => Services.GetRequiredService<AuditKeeping>();

    public static async Task<AuditWorld> CreateAsync(AuditOptions? options = null, TimeProvider? time = null)
    {
        var world = new AuditWorld(await TestDatabase.CreateAsync());
        await Migrator.MigrateAsync(world.Database.Source, CancellationToken.None);
        world.AddInstance(options, time);
        return world;
    }

    /// <summary>One more registry.</summary>
    public IServiceProvider AddInstance(AuditOptions? options = null, TimeProvider? time = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(time ?? TimeProvider.System);
        services.AddSingleton(Database.Source);
        services.AddDbContextFactory<RegistryDbContext>(db => db.UseNpgsql(Database.Source));
        services.AddSingleton<IOutboxHotPath>(Sent);
        services.AddSingleton<RegistryTransactions>();
        services.AddSingleton(provider => new OutboundDocuments(new BusSettings { RabbitMqUrl = new Uri("amqp://guest@localhost") }, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IAccessControl, EverythingAllowed>();
        services.AddAudit(options ?? new AuditOptions { SigningKeys = [Key] });
        services.AddAnalytics();
        var provider = services.BuildServiceProvider();
        _instances.Add(provider);
        return provider;
    }

    public static AuditEntry Entry(int number = 1, SecurityLevel? level = null, string actor = "user-1") => new()
    {
        Actor = new Caller { Kind = CallerKind.User, Id = actor },
        Action = "tool.publish",
        ObjectKind = "tool",
        ObjectId = $"tool-{number}",
        Level = level,
        Details = new JsonObject { ["number"] = number, ["text"] = "a \"quoted\" ünïcode 😀 text\n" },
    };

    /// <summary>SQL that puts entries of any time and chain into the intake, as this installation would have then.</summary>
    public string IntakeSql(IEnumerable<(string Chain, DateTimeOffset At, string Actor)> entries, AuditOutcome outcome = AuditOutcome.Ok)
    {
        var keys = Services.GetRequiredService<AuditKeys>();
        var rows = entries.Select(entry => AuditIntake.Signed(AuditIntake.Record(Entry(actor: entry.Actor) with { Outcome = outcome }, entry.At) with { Chain = entry.Chain }, keys))
            .Select(row => $"('{row.Id}', '{row.Chain}', '{row.At:O}', '{row.ActorKind}', '{row.ActorId}', '{row.Action}', '{row.ObjectKind}', '{row.ObjectId}', '{row.Outcome}', '{row.Details}', '{row.Mac}')");
        return $"INSERT INTO audit_intake (id, chain, at, actor_kind, actor_id, action, object_kind, object_id, outcome, details, mac) VALUES {string.Join(',', rows)}";
    }

    /// <summary>Appends so many entries to one chain and seals them.</summary>
    public async Task FillAsync(int count, SecurityLevel? level = null)
    {
        for (var number = 1; number <= count; number++)
        {
            await Trail.AppendAsync(Entry(number, level), CancellationToken.None);
        }

        await SealAllAsync();
    }

    public async Task SealAllAsync()
    {
        while (await Sealer.SealAsync(CancellationToken.None) != 0)
        {
        }
    }

    /// <summary>What somebody does who owns the database: no trigger stops them.</summary>
    public Task<int> TamperAsync(string sql) => Database.ExecuteAsync(
        string.Concat(Protected.Select(table => $"ALTER TABLE {table} DISABLE TRIGGER USER;")) + sql + string.Concat(Protected.Select(table => $";ALTER TABLE {table} ENABLE TRIGGER USER")));

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }

        await Database.DisposeAsync();
    }
}
