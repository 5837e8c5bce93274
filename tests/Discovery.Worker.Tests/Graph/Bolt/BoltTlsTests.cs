using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Capns.Discovery.Worker.Graph.Bolt;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

public sealed class BoltTlsTests : IDisposable
{
    private readonly X509Certificate2 _root = SelfSigned("CN=Scripted root");
    private readonly X509Certificate2 _server;

    public BoltTlsTests() => _server = Issue(_root, IPAddress.Loopback);

    public void Dispose()
    {
        _root.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData("bolt+ssc")]
    [InlineData("neo4j+ssc")]
    public async Task Read_AnyCertificateWillDo_TakesASelfSignedOne(string scheme)
    {
        using var own = SelfSigned("CN=somebody else");
        await using var peer = new ScriptedPeer { Certificate = own };
        peer.Table = () => Table(peer);
        await using var driver = new BoltDriver(peer.Options(scheme));
        Assert.Equal([[1L]], await driver.ReadAsync(BoltDriverTests.One, CancellationToken.None));
    }

    [Fact]
    public async Task Read_CertificateMustBeTrusted_RefusesOneThatNobodyVouchesFor()
    {
        await using var peer = new ScriptedPeer { Certificate = _server };
        await using var driver = new BoltDriver(peer.Options("bolt+s"));
        var error = await Assert.ThrowsAsync<BoltUnavailableException>(() => driver.ReadAsync(BoltDriverTests.One, CancellationToken.None));
        Assert.Contains("no certificate that is trusted", error.Message, StringComparison.Ordinal);
        Assert.False(error.MayRetry);
        Assert.Empty(peer.Requests);
    }

    [Theory]
    [InlineData("bolt+s")]
    [InlineData("neo4j+s")]
    public async Task Read_RootIsPinned_TakesItsCertificates(string scheme)
    {
        await using var peer = new ScriptedPeer { Certificate = _server };
        peer.Table = () => Table(peer);
        await using var driver = new BoltDriver(peer.Options(scheme) with { TrustedRoots = [_root] });
        Assert.Equal([[1L]], await driver.ReadAsync(BoltDriverTests.One, CancellationToken.None));
    }

    [Fact]
    public async Task Read_CertificateIsForAnotherHost_IsRefused()
    {
        using var other = Issue(_root, IPAddress.Parse("127.0.0.2"));
        await using var peer = new ScriptedPeer { Certificate = other };
        await using var driver = new BoltDriver(peer.Options("bolt+s") with { TrustedRoots = [_root] });
        await Assert.ThrowsAsync<BoltUnavailableException>(() => driver.ReadAsync(BoltDriverTests.One, CancellationToken.None));
    }

    [Fact]
    public async Task Read_AnotherRootIsPinned_IsRefused()
    {
        using var another = SelfSigned("CN=Another root");
        await using var peer = new ScriptedPeer { Certificate = _server };
        await using var driver = new BoltDriver(peer.Options("bolt+s") with { TrustedRoots = [another] });
        await Assert.ThrowsAsync<BoltUnavailableException>(() => driver.ReadAsync(BoltDriverTests.One, CancellationToken.None));
    }

    [Fact]
    public async Task Read_PlainServerIsAskedForTls_IsUnavailable()
    {
        await using var peer = new ScriptedPeer { Handshake = "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray() };
        await using var driver = new BoltDriver(peer.Options("bolt+ssc"));
        await Assert.ThrowsAsync<BoltUnavailableException>(() => driver.ReadAsync(BoltDriverTests.One, CancellationToken.None));
        Assert.Empty(peer.Requests);
    }

    [Fact]
    public async Task Read_OverTls_LargeAnswersAndCutsAreAsWithoutIt()
    {
        await using var peer = new ScriptedPeer { Certificate = _server };
        var text = new string('x', 300_000);
        peer.Answer = async (side, request) =>
        {
            if (request.Name == "PULL")
            {
                await side.RecordAsync(text);
                await side.SuccessAsync();
            }

            return request.Name == "PULL";
        };
        BoltDriverTests.Once(peer, "RUN", side => Task.FromResult(side.Cut()));
        await using var driver = new BoltDriver(peer.Options("bolt+ssc") with { ReadRetryTime = TimeSpan.FromSeconds(30) });
        Assert.Equal([[text]], await driver.ReadAsync(BoltDriverTests.One, CancellationToken.None));
    }

    private static IReadOnlyDictionary<string, object?> Table(ScriptedPeer peer)
    {
        var address = new[] { peer.Endpoint.ToString() };
        var servers = new[] { "ROUTE", "READ", "WRITE" }.Select(role => PeerConnection.Map(("role", role), ("addresses", address)));
        return PeerConnection.Map(("ttl", 300L), ("servers", servers.ToArray()));
    }

    private static X509Certificate2 SelfSigned(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return Usable(request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1)));
    }

    private static X509Certificate2 Issue(X509Certificate2 root, IPAddress address)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=scripted", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(root, now.AddHours(-1), now.AddHours(1), [1, 2, 3, 4]);
        return Usable(issued.CopyWithPrivateKey(key));
    }

    // SslStream wants a key that was loaded, not one that was just made.
    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
        }
    }
}
