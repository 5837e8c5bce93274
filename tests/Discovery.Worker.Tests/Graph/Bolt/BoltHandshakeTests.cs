using Capns.Discovery.Worker.Graph.Bolt;
using Capns.Testing;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

public class BoltHandshakeTests
{
    public static TheoryData<byte, byte> Spoken
    {
        get
        {
            var data = new TheoryData<byte, byte>();
            foreach (var version in BoltVersion.All)
            {
                data.Add(version.Major, version.Minor);
            }

            return data;
        }
    }

    [Fact]
    public async Task Open_SendsTheIdentificationAndFourProposals()
    {
        await using var peer = new ScriptedPeer();
        byte[]? opening = null;
        peer.Answer = (connection, _) =>
        {
            opening = connection.Opening;
            return Task.FromResult(false);
        };

        await using var opened = await OpenAsync(peer);

        Assert.Equal(PackStreamTests.Bytes("60 60 B0 17  00 00 01 FF  00 08 08 05  00 02 04 04  00 00 01 04"), opening);
    }

    [Fact]
    public async Task Open_OneVersionAlone_SendsOnlyThat()
    {
        await using var peer = new ScriptedPeer { Handshake = [0, 0, 3, 4], Dialect = new PackStreamDialect(false, false, false) };
        byte[]? opening = null;
        peer.Answer = (connection, _) =>
        {
            opening = connection.Opening;
            return Task.FromResult(false);
        };
        var options = peer.Options() with { OnlyVersion = new BoltVersion(4, 3) };
        await using var opened = await BoltConnection.OpenAsync(peer.Endpoint, options, CancellationToken.None);
        Assert.Equal([0x60, 0x60, 0xB0, 0x17, 0, 0, 3, 4, .. new byte[12]], opening);
    }

    [Theory]
    [MemberData(nameof(Spoken))]
    public async Task Open_ServerChoosesAVersionThatIsSpoken_SpeaksIt(byte major, byte minor)
    {
        var version = new BoltVersion(major, minor);
        await using var peer = new ScriptedPeer { Handshake = [0, 0, minor, major], Dialect = PackStreamDialect.Of(version, false) };
        await using var opened = await OpenAsync(peer);
        Assert.Equal(version, opened.Version);
        Assert.Equal("Scripted/1.0", opened.Server);
    }

    [Theory]
    [InlineData("00 00 00 04")] // 4.0
    [InlineData("00 00 00 03")]
    [InlineData("00 00 05 04")]
    [InlineData("00 00 09 05")] // a later 5
    [InlineData("00 00 01 06")] // 6.1
    [InlineData("00 02 08 05")] // a range where one version belongs
    [InlineData("00 00 02 FF")] // a manifest of another kind
    public async Task Open_ServerChoosesAnotherVersion_NamesWhatIsSpoken(string answer)
    {
        await using var peer = new ScriptedPeer { Handshake = PackStreamTests.Bytes(answer) };
        var error = await Assert.ThrowsAsync<BoltProtocolException>(() => OpenAsync(peer));
        Assert.Contains(BoltVersion.Spoken, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("02  00 01 08 05  00 00 00 06  00", 6, 0)]
    [InlineData("03  00 00 00 07  00 00 01 06  00 02 08 05  09", 5, 8)] // 7.0 and 6.1 are too new
    [InlineData("02  00 00 00 07  00 03 07 05  FF 82 71", 5, 7)]
    [InlineData("01  00 04 04 04  00", 4, 4)]
    [InlineData("01  00 FF 00 06  00", 6, 0)]                           // a range below 0
    public async Task Open_ServerAnswersWithAManifest_TheBestOfBothIsChosen(string manifest, byte major, byte minor)
    {
        await using var peer = new ScriptedPeer { Handshake = PackStreamTests.Bytes("00 00 01 FF " + manifest) };
        await using var opened = await OpenAsync(peer);
        Assert.Equal(new BoltVersion(major, minor), opened.Version);
        Assert.Equal("HELLO", peer.Names[0]); // The choice took the five bytes before it.
    }

    [Theory]
    [InlineData("02  00 00 00 07  00 00 01 06  00", "7.0, 6.1")]
    [InlineData("00  00", "nothing")]
    [InlineData("FF 7F", "16383 ranges")]
    [InlineData("FF FF FF FF FF FF FF FF FF FF FF 01", "64 bits")]
    public async Task Open_ManifestIsOfNoUse_SaysWhy(string manifest, string why)
    {
        await using var peer = new ScriptedPeer { Handshake = PackStreamTests.Bytes("00 00 01 FF " + manifest) };
        var error = await Assert.ThrowsAsync<BoltProtocolException>(() => OpenAsync(peer));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_ServerSpeaksNone_SaysSo()
    {
        await using var peer = new ScriptedPeer { Handshake = new byte[4] };
        var error = await Assert.ThrowsAsync<BoltProtocolException>(() => OpenAsync(peer));
        Assert.Contains("speaks no version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_AnHttpServerAnswers_SaysSo()
    {
        await using var peer = new ScriptedPeer { Handshake = "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray() };
        var error = await Assert.ThrowsAsync<BoltProtocolException>(() => OpenAsync(peer));
        Assert.Contains("HTTP", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00 00")]
    [InlineData("00 00 01 FF")]
    [InlineData("00 00 01 FF 02 00 00 04 05")]
    public async Task Read_ServerIsSilentInTheHandshake_EndsWithTheTimeLimitAndNamesTheSetting(string start)
    {
        var time = new ManualTime();
        await using var peer = new ScriptedPeer { Handshake = PackStreamTests.Bytes(start) };
        await using var driver = new BoltDriver(peer.Options() with { ConnectionTimeout = TimeSpan.FromSeconds(5) }, time);
        var reading = driver.ReadAsync(BoltDriverTests.One, CancellationToken.None);
        await Eventually.TrueAsync(() => peer.Connections == 1, "a connection");
        await PassAsync(time, reading);
        var error = await Assert.ThrowsAsync<BoltUnavailableException>(() => reading);
        Assert.Contains("NEO4J_CONNECTION_TIMEOUT", error.Message, StringComparison.Ordinal);
        Assert.Contains("5000 ms", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_ServerNeverAnswersTheHandshake_EndsWithTheTimeLimit()
    {
        var time = new ManualTime();
        await using var peer = new ScriptedPeer { Handshake = [] };
        await using var driver = new BoltDriver(peer.Options() with { ConnectionTimeout = TimeSpan.FromSeconds(5) }, time);
        var reading = driver.ReadAsync(BoltDriverTests.One, CancellationToken.None);
        await Eventually.TrueAsync(() => peer.Connections == 1, "a connection");
        await PassAsync(time, reading);
        await Assert.ThrowsAsync<BoltUnavailableException>(() => reading);
    }

    /// <summary>Lets time pass until work that waits for a time limit has ended.</summary>
    internal static Task PassAsync(ManualTime time, Task work) => Eventually.TrueAsync(
        () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return work.IsCompleted;
        },
        "the time limit");

    private static Task<BoltConnection> OpenAsync(ScriptedPeer peer) =>
        BoltConnection.OpenAsync(peer.Endpoint, peer.Options(), CancellationToken.None);
}
