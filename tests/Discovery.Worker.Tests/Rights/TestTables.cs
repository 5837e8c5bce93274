using System.Net.Sockets;
using Capns.Access.Keys;
using Capns.Access.Rules;
using Npgsql;

namespace Capns.Discovery.Worker.Tests.Rights;

/// <summary>Tables of rules that can be away, or not answer.</summary>
internal sealed class TestTables(IAccessTables? inner = null) : IAccessTables
{
    private volatile TaskCompletionSource? _hanging;
    private volatile bool _away;

    public bool IsAway
    {
        get => _away;
        set => _away = value;
    }

    /// <summary>Without inner tables: what they hold.</summary>
    public AccessSnapshot Rules { get; set; } = RandomRules.Rules();

    /// <summary>How often somebody looked.</summary>
    public int Looks { get; private set; }

    /// <summary>True: looks neither fail nor end, until it is false again.</summary>
    public void Hang(bool hangs)
    {
        var before = _hanging;
        _hanging = hangs ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        before?.TrySetResult();
    }

    public async Task<long> RevisionAsync(CancellationToken cancellationToken)
    {
        Looks++;
        await ReachAsync();
        return inner is null ? Rules.Revision : await inner.RevisionAsync(cancellationToken);
    }

    public async Task<AccessSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        await ReachAsync();
        return inner is null ? Rules : await inner.ReadAsync(cancellationToken);
    }

    public async Task<ApiKey?> FindKeyAsync(string id, CancellationToken cancellationToken)
    {
        await ReachAsync();
        return inner is null ? null : await inner.FindKeyAsync(id, cancellationToken);
    }

    private async Task ReachAsync()
    {
        await (_hanging?.Task ?? Task.CompletedTask);
        if (_away)
        {
            throw new NpgsqlException("The server does not answer.", new SocketException((int)SocketError.ConnectionRefused));
        }
    }
}
