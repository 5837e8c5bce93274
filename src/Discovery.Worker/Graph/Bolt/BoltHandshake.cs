using System.Text;

namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>Agrees with the server on a version. Source: Bolt documentation, handshake.</summary>
internal static class BoltHandshake
{
    private static readonly byte[] Identification = [0x60, 0x60, 0xB0, 0x17];

    // Manifest; 5.8 down to 5.0; 4.4 down to 4.2; 4.1. They cover every server from Neo4j 4.1 on.
    private static readonly byte[] Proposals =
    [
        0x00, 0x00, 0x01, 0xFF,
        0x00, 0x08, 0x08, 0x05,
        0x00, 0x02, 0x04, 0x04,
        0x00, 0x00, 0x01, 0x04,
    ];

    private const uint Manifest = 0x0000_01FF;
    private const uint Http = 0x4854_5450;
    private const int MaxOffers = 256;

    /// <summary>Sends the proposals and reads the answer; the caller limits the time.</summary>
    /// <param name="transport">Freshly opened.</param>
    /// <param name="only">Proposed alone, where given.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A version that is spoken here, whatever was proposed.</returns>
    /// <exception cref="BoltProtocolException">There is none, or the peer is no Bolt server.</exception>
    public static async Task<BoltVersion> AgreeAsync(BoltTransport transport, BoltVersion? only, CancellationToken cancellationToken)
    {
        transport.QueueRaw(Identification);
        transport.QueueRaw(only is { } one ? [0, 0, one.Minor, one.Major, .. new byte[12]] : Proposals);
        await transport.FlushAsync(cancellationToken);
        var answer = await NumberAsync(transport, cancellationToken);
        return answer switch
        {
            0 => throw new BoltProtocolException($"The server speaks no version of Bolt that this client speaks ({BoltVersion.Spoken})."),
            Http => throw new BoltProtocolException("An HTTP server answers there; Bolt usually has port 7687."),
            Manifest => await ChooseAsync(transport, cancellationToken),
            _ => Single(answer),
        };
    }

    private static BoltVersion Single(uint answer)
    {
        var version = new BoltVersion((byte)answer, (byte)(answer >> 8));
        return answer >> 16 == 0 && version.IsSpoken
            ? version
            : throw new BoltProtocolException($"The server chose version {answer:X8}; this client speaks {BoltVersion.Spoken}.");
    }

    private static async Task<BoltVersion> ChooseAsync(BoltTransport transport, CancellationToken cancellationToken)
    {
        var count = await VarIntAsync(transport, cancellationToken);
        if (count > MaxOffers)
        {
            throw new BoltProtocolException($"The server offers {count} ranges of versions; more than {MaxOffers} are not believed.");
        }

        var offers = new List<uint>();
        for (var i = 0UL; i < count; i++)
        {
            offers.Add(await NumberAsync(transport, cancellationToken));
        }

        _ = await VarIntAsync(transport, cancellationToken); // Capabilities: none is defined, none is taken.
        var best = BoltVersion.All.Where(version => offers.Exists(offer => Covers(offer, version))).Take(1).ToList();
        if (best is not [var chosen])
        {
            throw new BoltProtocolException($"The server offers Bolt {Names(offers)}; this client speaks {BoltVersion.Spoken}.");
        }

        // No answer follows, so this travels with the first message.
        transport.QueueRaw([0, 0, chosen.Minor, chosen.Major, 0]);
        return chosen;
    }

    private static bool Covers(uint offer, BoltVersion version)
    {
        var (major, minor, range) = ((byte)offer, (byte)(offer >> 8), (byte)(offer >> 16));
        return version.Major == major && version.Minor <= minor && version.Minor >= minor - range;
    }

    private static string Names(List<uint> offers)
    {
        var text = new StringBuilder();
        foreach (var offer in offers.Take(8))
        {
            text.Append(text.Length == 0 ? "" : ", ").Append(new BoltVersion((byte)offer, (byte)(offer >> 8)));
        }

        return text.Length == 0 ? "nothing" : text.ToString();
    }

    private static async ValueTask<uint> NumberAsync(BoltTransport transport, CancellationToken cancellationToken)
    {
        var bytes = new byte[4];
        await transport.ReadRawAsync(bytes, cancellationToken);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    // Seven bits a byte, the lowest first; the high bit says that more follow.
    private static async ValueTask<ulong> VarIntAsync(BoltTransport transport, CancellationToken cancellationToken)
    {
        var bytes = new byte[1];
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            await transport.ReadRawAsync(bytes, cancellationToken);
            value |= (ulong)(bytes[0] & 0x7F) << shift;
            if (bytes[0] < 0x80)
            {
                return value;
            }
        }

        throw new BoltProtocolException("A number of the handshake is longer than 64 bits.");
    }
}
