using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Access.Login;
using Capns.Access.Messages;
using Capns.Access.Rules;
using Capns.Core.Caps;
using Capns.Core.Dispatch;
using Capns.Hosting.Secrets;
using Capns.Messaging;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Limits;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Outbox;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Executions.KillSwitches;
using Capns.Registry.Worker.Tests.Api;
using Capns.Registry.Worker.Tools;
using Capns.Registry.Worker.Tools.Loading;
using Capns.Registry.Worker.Tools.Registration;
using Capns.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace Capns.Registry.Worker.Tests.Tools;

/// <summary>A migrated database of one's own with the catalogue on it.</summary>
public sealed class CatalogueFixture : IAsyncLifetime
{
    private TestDatabase? _database;
    private ServiceProvider? _services;

    internal ManualTime Time { get; } = new();

    internal SentMessages Sent { get; } = new();

    internal TestDatabase Database => _database!;

    internal IServiceProvider Services => _services!;

    internal Audit.RecordedAudit Audit { get; } = new();

    internal CapabilityIndex Capabilities => Services.GetRequiredService<CapabilityIndex>();

    internal RecordedCalls Calls { get; } = new();

    internal KillSwitchBoard Switches { get; } = new();

    internal ToolRegistration Registration => Services.GetRequiredService<ToolRegistration>();

    public async Task InitializeAsync()
    {
        if (ServerUrls.Missing is not null && !ServerUrls.Required)
        {
            return;
        }

        _database = await TestDatabase.CreateAsync();
        await Migrator.MigrateAsync(_database.Source, CancellationToken.None);
        _services = Build(new ServiceCollection(), new ToolOptions(), Time).BuildServiceProvider();
        await Capabilities.RefreshAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    /// <summary>Another instance of the registry on the same database.</summary>
    internal IServiceCollection Build(IServiceCollection services, ToolOptions options, TimeProvider? time = null, AdmissionOptions? access = null, IAuditTrail? audit = null)
    {
        services.AddLogging();
        services.TryAddSingleton(time ?? TimeProvider.System);
        services.AddDbContextFactory<RegistryDbContext>(db => db.UseNpgsql(Database.Source));
        services.AddSingleton<IOutboxHotPath>(Sent);
        services.AddSingleton<RegistryTransactions>();
        services.AddSingleton(provider => new OutboundDocuments(new BusSettings { RabbitMqUrl = new Uri("amqp://guest@localhost") }, provider.GetRequiredService<TimeProvider>()));
        services.AddTools(options);
        services.AddSingleton(Calls);
        services.AddSingleton<IToolExecution>(Calls);
        services.TryAddSingleton<CapabilityIndex>();
        services.AddAdmission(access ?? new AdmissionOptions());
        services.AddSingleton(audit ?? Audit);
        services.AddAccess(new AccessOptions());
        services.AddSingleton<ToolLoader>();
        services.AddSingleton(Database.Source);
        services.AddSingleton<Capns.Hosting.Redis.IRedis, NoRedis>();
        services.AddSealing(SealingKeys.Development);
        services.AddApi(new RequestLimitOptions { Requests = 100_000, Registrations = 100_000 });
        return services;
    }

    internal async Task<PublishResult> PublishAsync(JsonObject definition) =>
        await Registration.PublishAsync(Definitions.Checked(definition), TestAccess.Tester, CancellationToken.None);

    /// <summary>Admits somebody who may everything; with options, somebody without a login.</summary>
    internal async Task<AdmissionOutcome> AdmitAsync(InboundEvent inbound, AdmissionOptions? access = null, ApprovalOptions? approvals = null)
    {
        var catalogue = Services.GetRequiredService<Worker.Tools.Catalogue.ToolCatalogue>();
        var rights = Services.GetRequiredService<IAccessControl>();
        var readers = new Worker.Access.Messages.CallerReader(new MessageCallers(
            Services.GetRequiredService<TokenCallers>(), Services.GetRequiredService<AccessState>(), new AnonymousRights((access ?? new AdmissionOptions()).AnonymousPermissions)));
        var admission = new Worker.Executions.Admission.Admission(
            catalogue,
            new ProviderChoice(Capabilities, catalogue),
            new ToolOptions(),
            access ?? new AdmissionOptions(),
            Switches,
            new AccessGates(readers, rights, Time),
            approvals ?? new ApprovalOptions(),
            Time);
        await using var db = await ContextAsync();
        return access is null
            ? await admission.AdmitAsync(inbound, Callers.Platform, db, CancellationToken.None)
            : await admission.AdmitAsync(inbound, db, CancellationToken.None);
    }

    internal Task<RegistryDbContext> ContextAsync() => Services.GetRequiredService<IDbContextFactory<RegistryDbContext>>().CreateDbContextAsync();
}

/// <summary>Stands for the bus: keeps which tool was called for what.</summary>
internal sealed class RecordedCalls : IToolExecution
{
    public ConcurrentQueue<(string Slug, string Capability)> Made { get; } = new();

    public Task<CapResult> ExecuteAsync(ToolProvider tool, Cap definition, CapCall call, CancellationToken cancellationToken)
    {
        Made.Enqueue((tool.Slug, definition.Urn.ToString()));
        return Task.FromResult(CapResult.FromText(tool.Slug));
    }
}

/// <summary>Stands for the dispatcher: keeps what was committed.</summary>
internal sealed class SentMessages : IOutboxHotPath
{
    public ConcurrentQueue<OutboxRow> Rows { get; } = new();

    public TimeSpan Lease => TimeSpan.FromSeconds(30);

    public ValueTask EnqueueAsync(IReadOnlyList<OutboxRow> rows)
    {
        foreach (var row in rows)
        {
            Rows.Enqueue(row);
        }

        return ValueTask.CompletedTask;
    }

    public Task ReleaseAsync(IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken) => Task.CompletedTask;
}
