using Capns.Messaging.Topology;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Capns.Messaging.Broker;

/// <summary>
/// The connection that this process declares and publishes with. Opened when first needed and again when lost; every new
/// connection declares the topology, so nobody publishes to an exchange that is not there yet.
/// </summary>
internal sealed class BrokerConnection(BusSettings settings, BusTopology topology, FatalStop fatal, TimeProvider clock, ILogger<BrokerConnection> log)
    : ITopologyDeclarer, IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private IConnection? _connection;

    /// <summary>True while it is open and the topology is declared.</summary>
    public bool IsOpen => _connection is { IsOpen: true };

    /// <summary>The open connection, with the topology declared. Waits until the broker answers.</summary>
    /// <exception cref="TopologyConflictException">Something exists with other arguments; the host is being stopped.</exception>
    public async ValueTask<IConnection> GetAsync(CancellationToken cancellationToken)
    {
        if (_connection is { IsOpen: true } open)
        {
            return open;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _connection is { IsOpen: true } meanwhile ? meanwhile : await OpenAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task EnsureAsync(CancellationToken cancellationToken) => await GetAsync(cancellationToken);

    public async Task EnsurePoolAsync(string pool, CancellationToken cancellationToken) =>
        await TopologyDeclaration.DeclarePoolAsync(await GetAsync(cancellationToken), topology, pool, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync();
        }

        _gate.Dispose();
    }

    private async Task<IConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (_connection is { } lost)
        {
            _connection = null;
            await lost.DisposeAsync();
        }

        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var connection = await Factory().CreateConnectionAsync(cancellationToken);
                await TopologyDeclaration.DeclareAsync(connection, topology, cancellationToken);
                Log.Connected(log, settings.RabbitMqUrl.Host, settings.VirtualHost);
                return _connection = connection;
            }
            catch (TopologyConflictException conflict)
            {
                Log.TopologyConflict(log, conflict.Entity, conflict);
                fatal.Stop(FatalStop.Configuration);
                throw;
            }
            catch (Exception failure) when (failure is RabbitMQ.Client.Exceptions.RabbitMQClientException or IOException or TimeoutException
                or System.Net.Sockets.SocketException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                Log.BrokerAway(log, settings.RabbitMqUrl.Host, pause.TotalMilliseconds, failure.Message);
                await Task.Delay(pause, clock, cancellationToken);
            }
        }
    }

    private ConnectionFactory Factory() => new()
    {
        Uri = settings.RabbitMqUrl,
        VirtualHost = settings.VirtualHost,
        ClientProvidedName = $"{settings.ServiceName} publisher",
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
        RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        ContinuationTimeout = TimeSpan.FromSeconds(20),
        RequestedHeartbeat = TimeSpan.FromSeconds(10),
    };
}
