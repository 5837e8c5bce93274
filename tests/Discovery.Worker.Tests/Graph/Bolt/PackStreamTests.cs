using System.Buffers;
using Capns.Discovery.Worker.Graph.Bolt;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Graph.Bolt;

public class PackStreamTests
{
    private static readonly PackStreamDialect Bolt44 = new(ElementIds: false, UtcTimes: false, Vectors: false);
    private static readonly PackStreamDialect Bolt60 = new(ElementIds: true, UtcTimes: true, Vectors: true);

    /// <summary>The examples of the Bolt documentation, PackStream.</summary>
    public static TheoryData<object?, string> Documented => new()
    {
        { null, "C0" },
        { false, "C2" },
        { true, "C3" },
        { 42L, "2A" },
        { -16L, "F0" },
        { -1L, "FF" },
        { long.MinValue, "CB 80 00 00 00 00 00 00 00" },
        { long.MaxValue, "CB 7F FF FF FF FF FF FF FF" },
        { 1.23, "C1 3F F3 AE 14 7A E1 47 AE" },
        { Array.Empty<byte>(), "CC 00" },
        { new byte[] { 1, 2, 3 }, "CC 03 01 02 03" },
        { "", "80" },
        { "A", "81 41" },
        { "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "D0 1A 41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E 4F 50 51 52 53 54 55 56 57 58 59 5A" },
        { "Größenmaßstäbe", "D0 12 47 72 C3 B6 C3 9F 65 6E 6D 61 C3 9F 73 74 C3 A4 62 65" },
        { new List<object?>(), "90" },
        { new List<object?> { 1L, 2L, 3L }, "93 01 02 03" },
        { new List<object?> { 1L, 2.0, "three" }, "93 01 C1 40 00 00 00 00 00 00 00 85 74 68 72 65 65" },
        { new Dictionary<string, object?>(), "A0" },
        { new Dictionary<string, object?> { ["one"] = "eins" }, "A1 83 6F 6E 65 84 65 69 6E 73" },
        { new BoltDateTime(4500, 42, 3600), "B3 49 C9 11 94 2A C9 0E 10" },
        { new BoltZonedDateTime(4500, 42, "Europe/Paris"), "B3 69 C9 11 94 2A 8C 45 75 72 6F 70 65 2F 50 61 72 69 73" },
    };

    /// <summary>Everything else that has a form, in 6.0.</summary>
    public static TheoryData<object> Structures =>
    [
        new BoltDate(-719_162), new BoltTime(86_399_999_999_999, -64_800), new BoltLocalTime(0),
        new BoltDateTime(long.MinValue, 999_999_999, 64_800),
        new BoltZonedDateTime(-1, 0, "Pacific/Apia"), new BoltLocalDateTime(long.MaxValue, 1), new BoltDuration(-1, 2, -3, -999_999_999),
        new BoltPoint2D(4326, -0.0, double.Epsilon), new BoltPoint3D(9157, double.NaN, double.PositiveInfinity, double.MinValue),
    ];

    [Theory]
    [MemberData(nameof(Documented))]
    public void Value_OfTheDocumentation_HasTheDocumentedBytes(object? value, string bytes)
    {
        Assert.Equal(bytes, Hex(Write(value, Bolt60)));
        Assert.Equal(value, Read(Bytes(bytes), Bolt60));
    }

    [Theory]
    [InlineData(long.MinValue, 9)]
    [InlineData(-2_147_483_649, 9)]
    [InlineData(-2_147_483_648, 5)]
    [InlineData(-32_769, 5)]
    [InlineData(-32_768, 3)]
    [InlineData(-129, 3)]
    [InlineData(-128, 2)]
    [InlineData(-17, 2)]
    [InlineData(-16, 1)]
    [InlineData(127, 1)]
    [InlineData(128, 3)]
    [InlineData(32_767, 3)]
    [InlineData(32_768, 5)]
    [InlineData(2_147_483_647, 5)]
    [InlineData(2_147_483_648, 9)]
    public void Integer_AtTheEdgeOfItsClass_TakesTheSmallestForm(long value, int size)
    {
        var bytes = Write(value, Bolt60);
        Assert.Equal(size, bytes.Length);
        Assert.Equal(value, Read(bytes, Bolt60));
    }

    [Theory]
    [InlineData("C8 2A")]
    [InlineData("C9 00 2A")]
    [InlineData("CA 00 00 00 2A")]
    [InlineData("CB 00 00 00 00 00 00 00 2A")]
    public void Integer_InAWiderForm_IsRead(string bytes) => Assert.Equal(42L, Read(Bytes(bytes), Bolt60));

    [Theory]
    [InlineData(0, 1, 2, 1, 1)]
    [InlineData(15, 1, 2, 1, 1)]
    [InlineData(16, 2, 2, 2, 2)]
    [InlineData(255, 2, 2, 2, 2)]
    [InlineData(256, 3, 3, 3, 3)]
    [InlineData(65_535, 3, 3, 3, 3)]
    [InlineData(65_536, 5, 5, 5, 5)]
    public void SizedValue_AtTheEdgeOfItsClass_TakesTheSmallestHead(int count, int text, int bytes, int list, int map)
    {
        var letters = new string('x', count);
        var items = Enumerable.Repeat((object?)7L, count).ToList();
        var entries = Enumerable.Range(0, count).ToDictionary(i => i.ToString("D5"), object? (i) => true);

        Assert.Equal(text + count, Write(letters, Bolt60).Length);
        Assert.Equal(bytes + count, Write(new byte[count], Bolt60).Length);
        Assert.Equal(list + count, Write(items, Bolt60).Length);
        Assert.Equal(map + (count * 7), Write(entries, Bolt60).Length);
        Assert.Equal(letters, Read(Write(letters, Bolt60), Bolt60));
        Assert.Equal(new byte[count], Read(Write(new byte[count], Bolt60), Bolt60));
        Assert.Equal(items, Read(Write(items, Bolt60), Bolt60));
        Assert.Equal(entries, Read(Write(entries, Bolt60), Bolt60));
    }

    [Theory]
    [MemberData(nameof(Structures))]
    public void Structure_WrittenAndRead_IsTheSame(object value) => Assert.Equal(value, Read(Write(value, Bolt60), Bolt60));

    [Fact]
    public void Instant_WithoutTheUtcPatch_TravelsInLocalSeconds()
    {
        Assert.Equal("B3 46 C9 1F A4 2A C9 0E 10", Hex(Write(new BoltDateTime(4500, 42, 3600), Bolt44)));
        Assert.Equal(new BoltDateTime(4500, 42, 3600), Read(Bytes("B3 46 C9 1F A4 2A C9 0E 10"), Bolt44));
        Assert.Equal(new BoltZonedDateTime(8100, 42, "UTC", IsUtc: false), Read(Bytes("B3 66 C9 1F A4 2A 83 55 54 43"), Bolt44));
        Assert.Throws<BoltProtocolException>(() => Read(Bytes("B3 49 C9 11 94 2A C9 0E 10"), Bolt44));
        Assert.Throws<BoltProtocolException>(() => Read(Bytes("B3 46 C9 1F A4 2A C9 0E 10"), Bolt60));
        Assert.Throws<BoltProtocolException>(() => Read(Bytes("B3 46 CB 80 00 00 00 00 00 00 00 2A C9 0E 10"), Bolt44));
    }

    [Fact]
    public void Elements_Before50_HaveNoElementIds()
    {
        var node = Assert.IsType<BoltNode>(Read(Bytes("B3 4E 03 91 84 54 6F 6F 6C A1 81 61 01"), Bolt44));
        Assert.Equal((3L, "Tool", "3", 1L), (node.Id, node.Labels[0], node.ElementId, node.Properties["a"]));
        var edge = Assert.IsType<BoltRelationship>(Read(Bytes("B5 52 0B 02 03 81 4B A0"), Bolt44));
        Assert.Equal((11L, 2L, 3L, "K", "11", "2", "3"),
            (edge.Id, edge.StartId, edge.EndId, edge.Type, edge.ElementId, edge.StartElementId, edge.EndElementId));
        Assert.Equal("17", Assert.IsType<BoltUnboundRelationship>(Read(Bytes("B3 72 11 81 4B A0"), Bolt44)).ElementId);
    }

    [Fact]
    public void Elements_From50_CarryElementIds()
    {
        var node = Assert.IsType<BoltNode>(Read(Bytes("B4 4E 03 92 81 41 81 42 A0 86 61 62 63 31 32 33"), Bolt60));
        Assert.Equal(["A", "B"], node.Labels);
        Assert.Equal("abc123", node.ElementId);
        var edge = Assert.IsType<BoltRelationship>(Read(Bytes("B8 52 0B 02 03 81 4B A0 81 61 81 64 81 67"), Bolt60));
        Assert.Equal(("a", "d", "g"), (edge.ElementId, edge.StartElementId, edge.EndElementId));
        Assert.Throws<BoltProtocolException>(() => Read(Bytes("B3 4E 03 90 A0"), Bolt60));
    }

    [Theory]
    [InlineData("96 01 01 01 00 FE 02", true)]   // the documented path
    [InlineData("90", true)]                     // a single node
    [InlineData("91 01", false)]                 // odd
    [InlineData("92 00 01", false)]              // no relationship has number 0
    [InlineData("92 03 01", false)]
    [InlineData("92 FD 01", false)]
    [InlineData("92 01 03", false)]
    [InlineData("92 01 FF", false)]
    [InlineData("92 81 41 01", false)]
    public void Path_IsTakenOnlyWithIndicesThatNameSomething(string indices, bool good)
    {
        var nodes = "93 B4 4E 2A 90 A0 81 61 B4 4E C8 45 90 A0 81 62 B4 4E 01 90 A0 81 63";
        var edges = "92 B4 72 C9 03 E8 81 4B A0 81 64 B4 72 C9 03 E9 81 4B A0 81 65";
        var bytes = Bytes($"B3 50 {nodes} {edges} {indices}");
        if (good)
        {
            Assert.Equal([42, 69, 1], Assert.IsType<BoltPath>(Read(bytes, Bolt60)).Nodes.Select(node => node.Id));
        }
        else
        {
            Assert.Throws<BoltProtocolException>(() => Read(bytes, Bolt60));
        }
    }

    [Theory]
    [InlineData("B2 56 CC 01 C8 CC 02 FF 02", new double[] { -1, 2 })]
    [InlineData("B2 56 CC 01 C9 CC 04 FF FF 00 02", new double[] { -1, 2 })]
    [InlineData("B2 56 CC 01 CA CC 04 00 00 00 02", new double[] { 2 })]
    [InlineData("B2 56 CC 01 CB CC 08 00 00 00 00 00 00 00 02", new double[] { 2 })]
    [InlineData("B2 56 CC 01 C6 CC 04 3F 80 00 00", new double[] { 1 })]
    [InlineData("B2 56 CC 01 C1 CC 08 3F F0 00 00 00 00 00 00", new double[] { 1 })]
    [InlineData("B2 56 CC 01 C6 CC 00", new double[0])]
    public void Vector_From60_IsReadAndWritten(string bytes, double[] values)
    {
        var vector = Assert.IsType<BoltVector>(Read(Bytes(bytes), Bolt60));
        Assert.Equal(values, vector.ToDoubles());
        Assert.Equal(bytes, Hex(Write(vector, Bolt60)));
        Assert.Throws<BoltProtocolException>(() => Read(Bytes(bytes), Bolt44));
        Assert.Throws<ArgumentException>(() => Write(vector, Bolt44));
    }

    [Fact]
    public void Vector_OfFloats_HoldsThem() => Assert.Equal([0.5, -2], BoltVector.Of([0.5f, -2f]).ToDoubles());

    [Theory]
    [InlineData("")]
    [InlineData("C4")]                                  // reserved
    [InlineData("E0 00")]                               // a later PackStream
    [InlineData("CA 00 00")]                            // cut
    [InlineData("82 41")]
    [InlineData("D2 FF FF FF FF 41")]                   // longer than 31 bits
    [InlineData("D2 7F FF FF FF 41")]
    [InlineData("CE 7F FF FF FF 41")]
    [InlineData("D6 7F FF FF FF 41")]
    [InlineData("DA 7F FF FF FF 81 41 01")]
    [InlineData("81 C3")]                               // not UTF-8
    [InlineData("A1 01 01")]                            // a key that is no text
    [InlineData("B1 5A 01")]                            // unknown structure
    [InlineData("B2 44 01 01")]                         // a date with two fields
    [InlineData("B1 44 81 41")]                         // a date of text
    [InlineData("B1 74 FF")]                            // before midnight
    [InlineData("B2 54 00 CA 00 00 FD 21")]             // 18 hours and a second
    [InlineData("B3 49 00 CA 3B 9A CA 00 00")]          // a whole second of nanoseconds
    [InlineData("B3 58 01 01 01")]                      // integer coordinates
    [InlineData("B2 56 CC 01 C0 CC 00")]                // a vector of nulls
    [InlineData("B2 56 CC 01 C9 CC 03 00 00 00")]       // one and a half numbers
    [InlineData("B2 56 CC 02 C8 C8 CC 00")]
    [InlineData("B4 4E 01 91 01 A0 80")]                // a label that is no text
    [InlineData("B3 50 90 90 90")]                      // a path without nodes
    public void Bytes_Malformed_AreAProtocolError(string bytes) =>
        Assert.Throws<BoltProtocolException>(() => Read(Bytes(bytes), Bolt60));

    [Fact]
    public void Lists_NestedToTheBound_AreReadAndDeeperOnesRefused()
    {
        byte[] Nested(int depth) => [.. Enumerable.Repeat((byte)0x91, depth), 0x01];
        Assert.NotNull(Read(Nested(PackStreamWriter.MaxDepth), Bolt60));
        Assert.Throws<BoltProtocolException>(() => Read(Nested(PackStreamWriter.MaxDepth + 1), Bolt60));
        Assert.Throws<BoltProtocolException>(() => Read(Nested(1_000_000), Bolt60));
    }

    [Fact]
    public void Map_WithAKeyTwice_KeepsTheLast() =>
        Assert.Equal(new Dictionary<string, object?> { ["a"] = 2L }, Read(Bytes("A2 81 61 01 81 61 02"), Bolt60));

    [Fact]
    public void Message_WithMoreValuesThanTheBound_IsRefused()
    {
        byte[] List(int count) => [0xD6, (byte)(count >> 24), (byte)(count >> 16), (byte)(count >> 8), (byte)count, .. new byte[count]];
        Assert.Equal(PackStreamReader.MaxValues - 1, ((IReadOnlyList<object?>)Read(List(PackStreamReader.MaxValues - 1), Bolt60)!).Count);
        Assert.Throws<BoltProtocolException>(() => Read(List(PackStreamReader.MaxValues), Bolt60));
    }

    [Theory]
    [InlineData("A1 81 61 C0")]
    [InlineData("91 91 90")]
    [InlineData("B1 44 00")]
    [InlineData("A0")]
    public void Message_OfNothingButTheCostliestValues_StaysInBounds(string item)
    {
        var one = Bytes(item);
        var count = (PackStreamReader.MaxValues / 3) - 1;
        var items = Enumerable.Repeat(one, count).SelectMany(bytes => bytes);
        byte[] list = [0xD6, (byte)(count >> 24), (byte)(count >> 16), (byte)(count >> 8), (byte)count, .. items];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(count, ((IReadOnlyList<object?>)Read(list, Bolt60)!).Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 256L * 1024 * 1024);
    }

    [Fact]
    public void Write_AValueWithoutAForm_IsTheCallersMistake()
    {
        var loop = new List<object?>();
        loop.Add(loop);
        Assert.Throws<ArgumentException>(() => Write(loop, Bolt60));
        Assert.Throws<ArgumentException>(() => Write(new object(), Bolt60));
        Assert.Throws<ArgumentException>(() => Write("half \uD800", Bolt60));
        Assert.Throws<ArgumentException>(() => Write(new BoltNode(1, [], new Dictionary<string, object?>(), "1"), Bolt60));
        Assert.Throws<ArgumentException>(() => Write(new BoltZonedDateTime(1, 1, "UTC"), Bolt44));
    }

    [Fact]
    public void Write_OtherNumbersAndCollections_BecomeWhatTheProtocolHas()
    {
        var numbers = Read(Write(new object[] { 1, (short)2, (sbyte)-3, (byte)4, (ushort)5, 6u }, Bolt60), Bolt60);
        Assert.Equal([1L, 2L, -3L, 4L, 5L, 6L], (IReadOnlyList<object?>)numbers!);
        Assert.Equal(0.5, Read(Write(0.5f, Bolt60), Bolt60));
        Assert.Equal(["a", "b"], (IReadOnlyList<object?>)Read(Write(new[] { "a", "b" }.Select(x => x), Bolt60), Bolt60)!);
        Assert.Equal(new byte[] { 9 }, Read(Write(new ReadOnlyMemory<byte>([9]), Bolt60), Bolt60));
    }

    [Theory]
    [InlineData("B1 70 A0", true)]
    [InlineData("B1 71 91 01", true)]
    [InlineData("B0 7E", true)]
    [InlineData("B1 7E A0", true)]
    [InlineData("B1 7F A0", true)]
    [InlineData("B0 70", false)]
    [InlineData("B1 70 90", false)]
    [InlineData("B1 71 A0", false)]
    [InlineData("B1 71 C0", false)]
    [InlineData("B2 70 A0 A0", false)]
    [InlineData("B1 70 A0 00", false)]
    [InlineData("B1 10 A0", false)]
    [InlineData("91 01", false)]
    [InlineData("", false)]
    public void Message_IsTakenOnlyInTheFormsThatServersSend(string bytes, bool good)
    {
        if (good)
        {
            Assert.Equal((BoltAnswer)Bytes(bytes)[1], BoltMessage.Parse(Bytes(bytes), Bolt60).Kind);
        }
        else
        {
            Assert.Throws<BoltProtocolException>(() => BoltMessage.Parse(Bytes(bytes), Bolt60));
        }
    }

    internal static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static string Hex(byte[] bytes) => string.Join(' ', bytes.Select(one => one.ToString("X2")));

    private static byte[] Write(object? value, PackStreamDialect dialect)
    {
        var target = new ArrayBufferWriter<byte>();
        new PackStreamWriter(target) { Dialect = dialect }.Value(value);
        return target.WrittenSpan.ToArray();
    }

    private static object? Read(byte[] bytes, PackStreamDialect dialect)
    {
        var reader = new PackStreamReader(bytes, dialect);
        var value = reader.Value();
        return reader.AtEnd ? value : throw new BoltProtocolException("Bytes are left.");
    }
}
