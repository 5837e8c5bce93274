using System.Buffers.Binary;

namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>A node as it was when it was read.</summary>
/// <param name="Id">The server's number; may be used again after deletion.</param>
/// <param name="Labels">In the server's order.</param>
/// <param name="Properties">By name.</param>
/// <param name="ElementId">From Bolt 5.0; before, the text of <paramref name="Id"/>.</param>
internal sealed record BoltNode(long Id, IReadOnlyList<string> Labels, IReadOnlyDictionary<string, object?> Properties, string ElementId);

/// <summary>A relationship as it was when it was read. Element ids as in <see cref="BoltNode"/>.</summary>
internal sealed record BoltRelationship(
    long Id, long StartId, long EndId, string Type, IReadOnlyDictionary<string, object?> Properties,
    string ElementId, string StartElementId, string EndElementId);

/// <summary>A relationship of a path, without its ends.</summary>
internal sealed record BoltUnboundRelationship(long Id, string Type, IReadOnlyDictionary<string, object?> Properties, string ElementId);

/// <summary>Nodes and relationships in turn.</summary>
/// <param name="Nodes">Each node once; the first is where the path starts.</param>
/// <param name="Relationships">Each relationship once.</param>
/// <param name="Indices">
/// Pairs: number of a relationship (from 1; negative: walked against its direction), then number of the node reached (from 0).
/// Checked: an even count, and every number names something.
/// </param>
internal sealed record BoltPath(
    IReadOnlyList<BoltNode> Nodes, IReadOnlyList<BoltUnboundRelationship> Relationships, IReadOnlyList<long> Indices);

/// <summary>A date. <paramref name="Days"/> since 1970-01-01.</summary>
internal readonly record struct BoltDate(long Days);

/// <summary>A time of day with an offset.</summary>
/// <param name="Nanoseconds">Since midnight, local; below 86,400,000,000,000.</param>
/// <param name="OffsetSeconds">East of UTC; at most 18 hours either way.</param>
internal readonly record struct BoltTime(long Nanoseconds, int OffsetSeconds);

/// <summary>A time of day without a zone. Nanoseconds since midnight.</summary>
internal readonly record struct BoltLocalTime(long Nanoseconds);

/// <summary>An instant with an offset.</summary>
/// <param name="Seconds">Since 1970-01-01 UTC, whichever form travelled (4.x without the patch sends local seconds).</param>
/// <param name="Nanoseconds">0 to 999,999,999.</param>
/// <param name="OffsetSeconds">East of UTC; at most 18 hours either way.</param>
internal readonly record struct BoltDateTime(long Seconds, int Nanoseconds, int OffsetSeconds);

/// <summary>An instant with the name of a zone.</summary>
/// <param name="Seconds">Since 1970-01-01, in UTC or, where <paramref name="IsUtc"/> is false, on the zone's clock.</param>
/// <param name="Nanoseconds">0 to 999,999,999.</param>
/// <param name="ZoneId">For example <c>Europe/Paris</c>.</param>
/// <param name="IsUtc">False only from a 4.x server without the patch <c>utc</c>; no zone table is consulted here.</param>
internal readonly record struct BoltZonedDateTime(long Seconds, int Nanoseconds, string ZoneId, bool IsUtc = true);

/// <summary>A date and time without a zone: seconds since 1970-01-01 on that clock, and nanoseconds from 0 to 999,999,999.</summary>
internal readonly record struct BoltLocalDateTime(long Seconds, int Nanoseconds);

/// <summary>An amount of time; each part may be negative, none is carried into another.</summary>
internal readonly record struct BoltDuration(long Months, long Days, long Seconds, int Nanoseconds);

/// <summary>A place in the plane. <paramref name="Srid"/> names the reference system, for example 4326 or 7203.</summary>
internal readonly record struct BoltPoint2D(long Srid, double X, double Y);

/// <summary>A place in space. <paramref name="Srid"/> names the reference system, for example 4979 or 9157.</summary>
internal readonly record struct BoltPoint3D(long Srid, double X, double Y, double Z);

/// <summary>Numbers of one kind, from Bolt 6.0.</summary>
/// <param name="ElementType">PackStream's marker: C8, C9, CA, CB integers of 8 to 64 bits; C6, C1 floats of 32 and 64 bits.</param>
/// <param name="Data">The numbers, big-endian, one after the other.</param>
internal sealed record BoltVector(byte ElementType, ReadOnlyMemory<byte> Data)
{
    /// <summary>How many numbers there are.</summary>
    public int Count => Data.Length / ElementSize(ElementType);

    /// <summary>Bytes of one number; 0 for a kind that does not exist.</summary>
    public static int ElementSize(byte elementType) => elementType switch
    {
        0xC8 => 1,
        0xC9 => 2,
        0xCA or 0xC6 => 4,
        0xCB or 0xC1 => 8,
        _ => 0,
    };

    /// <summary>A vector of 32-bit floats.</summary>
    public static BoltVector Of(ReadOnlySpan<float> values)
    {
        var data = new byte[values.Length * sizeof(float)];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleBigEndian(data.AsSpan(i * sizeof(float)), values[i]);
        }

        return new BoltVector(0xC6, data);
    }

    /// <summary>The numbers as doubles; 64-bit integers above 2^53 are rounded.</summary>
    public double[] ToDoubles()
    {
        var size = ElementSize(ElementType);
        var values = new double[Count];
        for (var i = 0; i < values.Length; i++)
        {
            var number = Data.Span.Slice(i * size, size);
            values[i] = ElementType switch
            {
                0xC8 => (sbyte)number[0],
                0xC9 => BinaryPrimitives.ReadInt16BigEndian(number),
                0xCA => BinaryPrimitives.ReadInt32BigEndian(number),
                0xCB => BinaryPrimitives.ReadInt64BigEndian(number),
                0xC6 => BinaryPrimitives.ReadSingleBigEndian(number),
                _ => BinaryPrimitives.ReadDoubleBigEndian(number),
            };
        }

        return values;
    }
}
