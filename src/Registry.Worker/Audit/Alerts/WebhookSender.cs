using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Capns.Registry.Worker.Audit.Alerts;

/// <summary>Posts alerts to webhooks, signed; a failed one is repeated with growing pauses, 12 times over about half a day.</summary>
/// <remarks>
/// Header <c>X-Capns-Signature: t=&lt;unix seconds&gt;,v1=&lt;hex&gt;</c>, HMAC-SHA-256 with the rule's secret over the time, a full stop
/// and the body; one <c>v1</c> for each key in AUDIT_SIGNING_KEY. A redirect is a failure. The address is checked when the connection
/// is made, after the name was looked up.
/// </remarks>
internal sealed class WebhookSender(WebhookQueue queue, AuditKeys keys, AuditOptions options, TimeProvider time, ILogger<WebhookSender> logger) : BackgroundService
{
    /// <summary>Tries until a delivery is given up.</summary>
    public const int MaxAttempts = 12;

    private const int BatchSize = 10;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(2);

    private readonly HttpClient _http = new(Handler(options.PrivateWebhooks)) { Timeout = Patience };

    /// <summary>Sends what is due.</summary>
    /// <returns>How many were tried.</returns>
    public async Task<int> SendAsync(CancellationToken cancellationToken)
    {
        var due = await queue.TakeAsync(BatchSize, cancellationToken);
        await Task.WhenAll(due.Select(delivery => SendAsync(delivery, cancellationToken)));
        return due.Count;
    }

    /// <summary>The pause after the n-th failure: 5 s, doubled each time, at most 2 h.</summary>
    public static TimeSpan PauseAfter(int attempt)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(attempt - 1, 20));
        return pause < LongestPause ? pause : LongestPause;
    }

    /// <summary>The value of the header.</summary>
    /// <param name="secrets">Of the rule: after a change of the key both hold, so that receivers may change theirs in their own time.</param>
    /// <param name="at">Now.</param>
    /// <param name="body">What is sent.</param>
    public static string Signature(IEnumerable<string> secrets, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] text = [.. Encoding.ASCII.GetBytes(seconds + "."), .. body];
        var macs = secrets.Select(secret => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), text)));
        return $"t={seconds},{string.Join(',', macs.Select(mac => $"v1={mac}"))}";
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _http.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await SendAsync(stoppingToken) == BatchSize)
                {
                }
            }
#pragma warning disable CA1031 // One delivery that cannot be read or sent must not end the worker: it is repeated, and given up in the end.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Log.WebhooksPaused(logger, exception.Message);
            }
        }
    }

    private async Task SendAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        if (await TryAsync(delivery, cancellationToken) is not { } reason)
        {
            await queue.RemoveAsync(delivery.Id, cancellationToken);
        }
        else if (delivery.Attempts >= MaxAttempts)
        {
            Log.WebhookGivenUp(logger, delivery.RuleId, delivery.Attempts, reason);
            await queue.RemoveAsync(delivery.Id, cancellationToken);
        }
        else
        {
            Log.WebhookFailed(logger, delivery.RuleId, delivery.Attempts, reason);
            await queue.PutBackAsync(delivery.Id, time.GetUtcNow() + PauseAfter(delivery.Attempts), reason, cancellationToken);
        }
    }

    /// <summary>Null when it arrived, else why not.</summary>
    private async Task<string?> TryAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url) { Content = new ByteArrayContent(delivery.Body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("X-Capns-Event", Messaging.Topology.EventNames.AuditAlert);
        request.Headers.Add("X-Capns-Delivery", delivery.Id.ToString());
        request.Headers.Add("X-Capns-Signature", Signature(keys.WebhookSecrets(delivery.RuleId), time.GetUtcNow(), delivery.Body));
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return (int)answer.StatusCode is >= 200 and < 300 ? null : $"It answered {(int)answer.StatusCode}.";
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException or SocketException && !cancellationToken.IsCancellationRequested)
        {
            return exception is TaskCanceledException ? $"No answer within {Patience.TotalSeconds} s." : exception.Message;
        }
    }

    private static SocketsHttpHandler Handler(bool privateAllowed) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = Patience / 2,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, privateAllowed, cancellationToken),
    };

    // The very addresses that were checked are connected to: a second look-up could give others.
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool privateAllowed, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        var allowed = addresses.Where(address => privateAllowed || !WebhookAddress.IsPrivate(address)).ToArray();
        if (allowed.Length == 0)
        {
            throw new HttpRequestException($"{target.Host} leads to a private network, where webhooks may not go (ALERT_WEBHOOK_PRIVATE).");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
