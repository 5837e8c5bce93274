using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>Opens the byte stream to a server: TCP, and TLS where the scheme asks for it.</summary>
internal static class BoltSocket
{
    /// <summary>Connects; the caller limits the time.</summary>
    /// <exception cref="BoltUnavailableException">Nothing listens there, or the certificate is not trusted.</exception>
    public static async Task<BoltTransport> ConnectAsync(BoltEndpoint endpoint, BoltOptions options, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (options.Address.Encryption != BoltEncryption.None)
            {
                var secure = new SslStream(stream, leaveInnerStreamOpen: false);
                stream = secure;
                await secure.AuthenticateAsClientAsync(Tls(endpoint, options), cancellationToken);
            }

            return new BoltTransport(stream, socket, options.MaxMessageBytes);
        }
        catch (Exception exception)
        {
            stream?.Dispose();
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw exception switch
            {
                AuthenticationException => Unavailable("has no certificate that is trusted", mayRetry: false),
                SocketException or IOException => Unavailable("does not answer", mayRetry: true),
                _ => exception,
            };

            BoltUnavailableException Unavailable(string what, bool mayRetry) =>
                new($"{endpoint} {what}: {exception.Message}", exception) { MayRetry = mayRetry };
        }
    }

    private static SslClientAuthenticationOptions Tls(BoltEndpoint endpoint, BoltOptions options)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = endpoint.Host };
        if (options.Address.Encryption == BoltEncryption.Any)
        {
#pragma warning disable CA5359 // +ssc means: any certificate; the address asks for it.
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (options.TrustedRoots is { } roots)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        return tls;
    }
}
