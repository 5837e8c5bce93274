using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Capns.Discovery.Worker.Graph.Bolt;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

/// <summary>A Bolt server on a loopback port that does what a test tells it to, and behaves well where it is told nothing.</summary>
internal sealed class ScriptedPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Socket> _clients = [];
    private readonly ConcurrentQueue<PeerRequest> _requests = new();
    private readonly Task _accepting;
    private int _connections;

    public ScriptedPeer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The version that it chooses, or the bytes of the whole answer.</summary>
    public byte[] Handshake { get; set; } = [0, 0, 4, 5];

    /// <summary>How structures look.</summary>
    public PackStreamDialect Dialect { get; set; } = new(ElementIds: true, UtcTimes: true, Vectors: false);

    /// <summary>Asked first about each request; true when it was answered.</summary>
    public Func<PeerConnection, PeerRequest, Task<bool>> Answer { get; set; } = (_, _) => Task.FromResult(false);

    /// <summary>Bytes in one chunk, and each of them in its own packet where it is 1.</summary>
    public int ChunkBytes { get; set; } = ushort.MaxValue;

    /// <summary>With one, it speaks TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The routing table that it gives.</summary>
    public Func<IReadOnlyDictionary<string, object?>>? Table { get; set; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public BoltEndpoint Endpoint => new("127.0.0.1", Port);

    /// <summary>Connections that were accepted.</summary>
    public int Connections => _connections;

    /// <summary>All requests in the order of arrival.</summary>
    public IReadOnlyList<PeerRequest> Requests => [.. _requests];

    /// <summary>Names of the requests, in order.</summary>
    public IReadOnlyList<string> Names => [.. _requests.Select(request => request.Name)];

    /// <summary>No repeated attempts, and time enough to connect on a busy machine.</summary>
    public BoltOptions Options(string scheme = "bolt") => new()
    {
        Address = Address(scheme),
        ConnectionTimeout = TimeSpan.FromMinutes(1),
        ReadRetryTime = TimeSpan.Zero,
        WriteRetryTime = TimeSpan.Zero,
    };

    public BoltAddress Address(string scheme, string query = "")
    {
        Assert.True(BoltAddress.TryParse($"{scheme}://neo4j:s3cret@127.0.0.1:{Port}{query}", out var address, out var error), error);
        return address!;
    }

    /// <summary>Closes every connection; new ones are still accepted.</summary>
    public void DropAll()
    {
        while (_clients.TryTake(out var client))
        {
            client.Close(0);
        }
    }

    /// <summary>Accepts nothing any more.</summary>
    public void StopListening() => _listener.Stop();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        DropAll();
        await _accepting;
        _stop.Dispose();
    }

    internal void Note(PeerRequest request) => _requests.Enqueue(request);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                client.NoDelay = true;
                _clients.Add(client.Client);
                _ = ServeAsync(client, Interlocked.Increment(ref _connections));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over, or the listener was stopped.
        }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        try
        {
            Stream stream = client.GetStream();
            if (Certificate is not null)
            {
                var secure = new SslStream(stream);
                await secure.AuthenticateAsServerAsync(Certificate);
                stream = secure;
            }

            await new PeerConnection(this, client, stream, number, _stop.Token).ServeAsync();
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException
            or InvalidOperationException or System.Security.Authentication.AuthenticationException)
        {
            // The client has gone.
        }
        finally
        {
            client.Dispose();
        }
    }
}

/// <summary>A request of the client, decoded.</summary>
internal sealed record PeerRequest(int Connection, byte Tag, IReadOnlyList<object?> Fields)
{
    private static readonly Dictionary<byte, string> Known = new()
    {
        [0x01] = "HELLO",
        [0x02] = "GOODBYE",
        [0x0F] = "RESET",
        [0x10] = "RUN",
        [0x11] = "BEGIN",
        [0x12] = "COMMIT",
        [0x13] = "ROLLBACK",
        [0x2F] = "DISCARD",
        [0x3F] = "PULL",
        [0x66] = "ROUTE",
        [0x6A] = "LOGON",
        [0x6B] = "LOGOFF",
    };

    public string Name => Known[Tag];

    public IReadOnlyDictionary<string, object?> Map(int field) => (IReadOnlyDictionary<string, object?>)Fields[field]!;
}

/// <summary>The server's side of one connection.</summary>
internal sealed class PeerConnection(ScriptedPeer peer, TcpClient client, Stream stream, int number, CancellationToken stop)
{
    private bool _failed;

    public int Number => number;

    /// <summary>The 20 bytes that the client opened with.</summary>
    public byte[] Opening { get; } = new byte[20];

    public async Task ServeAsync()
    {
        await stream.ReadExactlyAsync(Opening, stop);
        if (peer.Handshake.Length == 0)
        {
            await Task.Delay(Timeout.Infinite, stop);
        }

        await RawAsync(peer.Handshake);
        if (peer.Handshake is [0, 0, 1, 0xFF, ..])
        {
            await stream.ReadExactlyAsync(new byte[5], stop);
        }

        while (await ReadAsync() is { } request)
        {
            peer.Note(request);
            if (request.Name == "GOODBYE")
            {
                return;
            }

            if (_failed && request.Name != "RESET")
            {
                await SendAsync(0x7E);
            }
            else if (!await peer.Answer(this, request))
            {
                await DefaultAsync(request);
            }
        }
    }

    public Task SuccessAsync(IReadOnlyDictionary<string, object?>? metadata = null) => SendAsync(0x70, metadata ?? Map());

    public Task RecordAsync(params object?[] row) => SendAsync(0x71, (object)row);

    public async Task<bool> FailureAsync(string code, string key = "code")
    {
        _failed = true;
        await SendAsync(0x7F, Map((key, code), ("message", "scripted")));
        return true;
    }

    public async Task<bool> RawAsync(params byte[] bytes)
    {
        await stream.WriteAsync(bytes, stop);
        await stream.FlushAsync(stop);
        return true;
    }

    public bool Cut()
    {
        client.Client?.Close(0);
        return true;
    }

    public static IReadOnlyDictionary<string, object?> Map(params (string Key, object? Value)[] entries) =>
        entries.ToDictionary(entry => entry.Key, entry => entry.Value);

    public async Task SendAsync(byte tag, params object?[] fields)
    {
        var body = Pack(tag, peer.Dialect, fields);
        for (var at = 0; at < body.Length; at += peer.ChunkBytes)
        {
            var size = Math.Min(peer.ChunkBytes, body.Length - at);
            await BytesAsync([(byte)(size >> 8), (byte)size, .. body.AsSpan(at, size)]);
        }

        await BytesAsync([0, 0]);
    }

    public static byte[] Pack(byte tag, PackStreamDialect dialect, params object?[] fields)
    {
        var body = new ArrayBufferWriter<byte>();
        var writer = new PackStreamWriter(body) { Dialect = dialect };
        writer.Structure(tag, fields.Length);
        foreach (var field in fields)
        {
            writer.Value(field);
        }

        return body.WrittenSpan.ToArray();
    }

    private async Task BytesAsync(byte[] bytes)
    {
        var step = peer.ChunkBytes == 1 ? 1 : bytes.Length;
        for (var at = 0; at < bytes.Length; at += step)
        {
            await RawAsync(bytes[at..(at + step)]);
        }
    }

    private Task DefaultAsync(PeerRequest request)
    {
        switch (request.Name)
        {
            case "HELLO":
                return SuccessAsync(Map(("server", "Scripted/1.0"), ("connection_id", $"bolt-{number}")));
            case "RUN":
                return SuccessAsync(Map(("fields", new[] { "x" })));
            case "PULL":
                return RowAsync();
            case "COMMIT":
                return SuccessAsync(Map(("bookmark", $"bookmark-{peer.Requests.Count}")));
            case "ROUTE":
                return SuccessAsync(Map(("rt", peer.Table?.Invoke())));
            case "RESET":
                _failed = false;
                return SuccessAsync();
            default:
                return SuccessAsync();
        }
    }

    private async Task RowAsync()
    {
        await RecordAsync(1L);
        await SuccessAsync(Map(("type", "r")));
    }

    private async Task<PeerRequest?> ReadAsync()
    {
        var body = new ArrayBufferWriter<byte>();
        var head = new byte[2];
        while (true)
        {
            if (await stream.ReadAtLeastAsync(head, 2, throwOnEndOfStream: false, stop) < 2)
            {
                return null;
            }

            var size = BinaryPrimitives.ReadUInt16BigEndian(head);
            if (size == 0)
            {
                return Decode(body.WrittenSpan);
            }

            await stream.ReadExactlyAsync(body.GetMemory(size)[..size], stop);
            body.Advance(size);
        }
    }

    private PeerRequest Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new PackStreamReader(bytes, peer.Dialect);
        var (tag, fields) = reader.StructureHead();
        var values = new List<object?>();
        for (var i = 0; i < fields; i++)
        {
            values.Add(reader.Value());
        }

        Assert.True(reader.AtEnd);
        return new PeerRequest(number, tag, values);
    }
}
