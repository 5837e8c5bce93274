namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>The structures that values can be: graph elements, times, points, vectors.</summary>
/// <remarks>Source: Bolt documentation, structure semantics. A structure that the version does not have is malformed.</remarks>
internal static class PackStreamStructures
{
    private const long DayNanoseconds = 86_400_000_000_000;
    private const long MaxOffsetSeconds = 18 * 3600;

    /// <summary>Reads the fields of a structure whose head was read.</summary>
    /// <exception cref="BoltProtocolException">Unknown, or with the wrong fields.</exception>
    public static object Read(ref PackStreamReader reader, byte tag, int fields, int depth)
    {
        if (fields != Fields(tag, reader.Dialect))
        {
            throw new BoltProtocolException($"There is no structure {tag:X2} with {fields} fields in this version.");
        }

        return (char)tag switch
        {
            'N' => PackStreamElements.Node(ref reader, depth),
            'R' => PackStreamElements.Relationship(ref reader, depth),
            'r' => PackStreamElements.Unbound(ref reader, depth),
            'P' => PackStreamElements.Path(ref reader, depth),
            'D' => new BoltDate(Integer(ref reader)),
            'T' => new BoltTime(TimeOfDay(ref reader), Offset(ref reader)),
            't' => new BoltLocalTime(TimeOfDay(ref reader)),
            'I' => new BoltDateTime(Integer(ref reader), Nanoseconds(ref reader), Offset(ref reader)),
            'F' => LegacyDateTime(ref reader),
            'i' => new BoltZonedDateTime(Integer(ref reader), Nanoseconds(ref reader), reader.Value<string>(0, "A zone")),
            'f' => new BoltZonedDateTime(Integer(ref reader), Nanoseconds(ref reader), reader.Value<string>(0, "A zone"), IsUtc: false),
            'd' => new BoltLocalDateTime(Integer(ref reader), Nanoseconds(ref reader)),
            'E' => new BoltDuration(Integer(ref reader), Integer(ref reader), Integer(ref reader), Signed(ref reader)),
            'X' => new BoltPoint2D(Integer(ref reader), Float(ref reader), Float(ref reader)),
            'Y' => new BoltPoint3D(Integer(ref reader), Float(ref reader), Float(ref reader), Float(ref reader)),
            _ => Vector(ref reader),
        };
    }

    /// <summary>Writes a structure that may be a parameter.</summary>
    /// <exception cref="ArgumentException">It is none, or not in this version, or part of a graph.</exception>
    public static void Write(PackStreamWriter writer, object value)
    {
        switch (value)
        {
            case BoltDate date:
                Write(writer, 'D', date.Days);
                break;
            case BoltTime time:
                Write(writer, 'T', time.Nanoseconds, time.OffsetSeconds);
                break;
            case BoltLocalTime time:
                Write(writer, 't', time.Nanoseconds);
                break;
            case BoltDateTime instant when writer.Dialect.UtcTimes:
                Write(writer, 'I', instant.Seconds, instant.Nanoseconds, instant.OffsetSeconds);
                break;
            case BoltDateTime instant:
                Write(writer, 'F', checked(instant.Seconds + instant.OffsetSeconds), instant.Nanoseconds, instant.OffsetSeconds);
                break;
            case BoltZonedDateTime instant when instant.IsUtc == writer.Dialect.UtcTimes:
                Write(writer, instant.IsUtc ? 'i' : 'f', instant.Seconds, instant.Nanoseconds, instant.ZoneId);
                break;
            case BoltLocalDateTime time:
                Write(writer, 'd', time.Seconds, time.Nanoseconds);
                break;
            case BoltDuration amount:
                Write(writer, 'E', amount.Months, amount.Days, amount.Seconds, amount.Nanoseconds);
                break;
            case BoltPoint2D point:
                Write(writer, 'X', point.Srid, point.X, point.Y);
                break;
            case BoltPoint3D point:
                Write(writer, 'Y', point.Srid, point.X, point.Y, point.Z);
                break;
            case BoltVector vector when writer.Dialect.Vectors:
                Write(writer, 'V', new[] { vector.ElementType }, vector.Data);
                break;
            default:
                throw new ArgumentException($"A {value.GetType().Name} cannot be sent in this version of Bolt.", nameof(value));
        }
    }

    private static int Fields(byte tag, PackStreamDialect dialect) => (char)tag switch
    {
        'N' or 'r' => dialect.ElementIds ? 4 : 3,
        'R' => dialect.ElementIds ? 8 : 5,
        'P' or 'X' => 3,
        'D' or 't' => 1,
        'T' or 'd' => 2,
        'I' or 'i' when dialect.UtcTimes => 3,
        'F' or 'f' when !dialect.UtcTimes => 3,
        'E' or 'Y' => 4,
        'V' when dialect.Vectors => 2,
        _ => -1,
    };

    private static void Write(PackStreamWriter writer, char tag, params object[] fields)
    {
        writer.Structure((byte)tag, fields.Length);
        foreach (var field in fields)
        {
            writer.Value(field);
        }
    }

    private static BoltDateTime LegacyDateTime(ref PackStreamReader reader)
    {
        var (local, nanoseconds, offset) = (Integer(ref reader), Nanoseconds(ref reader), Offset(ref reader));
        var seconds = unchecked(local - offset);
        return offset > 0 == seconds < local || offset == 0
            ? new BoltDateTime(seconds, nanoseconds, offset)
            : throw new BoltProtocolException("An instant lies beyond 64 bits of seconds.");
    }

    private static BoltVector Vector(ref PackStreamReader reader)
    {
        var (type, data) = (reader.Value<byte[]>(0, "A vector's type"), reader.Value<byte[]>(0, "A vector's data"));
        return type.Length == 1 && BoltVector.ElementSize(type[0]) is > 0 and var size && data.Length % size == 0
            ? new BoltVector(type[0], data)
            : throw new BoltProtocolException("A vector's data is not a number of numbers of its type.");
    }

    private static long Integer(ref PackStreamReader reader) => reader.Value<long>(0, "A field");

    private static double Float(ref PackStreamReader reader) => reader.Value<double>(0, "A coordinate");

    private static int Nanoseconds(ref PackStreamReader reader) => (int)Within(ref reader, 0, 999_999_999, "Nanoseconds");

    private static int Signed(ref PackStreamReader reader) => (int)Within(ref reader, int.MinValue, int.MaxValue, "Nanoseconds");

    private static long TimeOfDay(ref PackStreamReader reader) => Within(ref reader, 0, DayNanoseconds - 1, "A time of day");

    private static int Offset(ref PackStreamReader reader) => (int)Within(ref reader, -MaxOffsetSeconds, MaxOffsetSeconds, "An offset");

    private static long Within(ref PackStreamReader reader, long least, long most, string what)
    {
        var value = reader.Value<long>(0, what);
        return value >= least && value <= most
            ? value
            : throw new BoltProtocolException($"{what} of {value} is not between {least} and {most}.");
    }
}
