using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Messaging.Outbound;
using Capns.Messaging.Topology;
using Capns.Testing;
using YamlDotNet.RepresentationModel;

namespace Capns.Contracts.Tests;

/// <summary>docs/asyncapi.yaml says what the records say.</summary>
public sealed class AsyncApiTests
{
    private static readonly YamlMappingNode Document = Load();
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Type[] Messages =
        [.. Example.Messages.Select(message => message.GetType()).Where(type => type.Namespace is not ("Capns.Contracts.Running" or "Capns.Contracts.Graph"))];

    public static TheoryData<string> Records => [.. Reachable().Where(type => !type.IsEnum).Select(type => type.Name)];

    public static TheoryData<string> Words => [.. Reachable().Where(type => type.IsEnum).Select(type => type.Name)];

    public static TheoryData<string> MessageNames => [.. Messages.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Records))]
    public void Schema_OfARecord_HasItsPropertiesAndNoOthers(string name)
    {
        var record = Reachable().Single(type => type.Name == name);

        Assert.Equal(Properties(record).Select(WireName).Order(), Names(Map(Schema(name), "properties")).Order());
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Schema_OfARecord_RequiresWhatIsAlwaysThere(string name)
    {
        var always = Properties(Reachable().Single(type => type.Name == name)).Where(IsAlwaysThere).Select(WireName);

        Assert.Equal(always.Order(), Texts(Schema(name), "required").Order());
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Schema_OfAProperty_HasItsType(string name)
    {
        foreach (var property in Properties(Reachable().Single(type => type.Name == name)))
        {
            var schema = Map(Map(Schema(name), "properties"), WireName(property));
            Assert.True(TypeOf(property.PropertyType) == Described(schema), $"{name}.{WireName(property)} is {TypeOf(property.PropertyType)}, not {Described(schema)}.");
        }
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Schema_OfWords_ListsThem(string name)
    {
        var words = Enum.GetNames(Reachable().Single(type => type.Name == name))
            .Where(word => word != "Unknown" || name == nameof(ErrorType))
            .Select(JsonNamingPolicy.KebabCaseLower.ConvertName);

        Assert.Equal(words, Texts(Schema(name), "enum"));
    }

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void Message_CarriesItsRecordUnderItsName(string name)
    {
        var wire = OutboundDocuments.NameOf(Messages.Single(type => type.Name == name));
        var message = Map(Map(Map(Document, "components"), "messages"), name);
        var own = Map((YamlMappingNode)((YamlSequenceNode)Map(message, "payload").Children["allOf"])[1], "properties");

        Assert.Equal(wire, Text(message, "name"));
        Assert.Equal(wire, Text(Map(own, "type"), "const"));
        Assert.Equal($"#/components/schemas/{name}", Text(Map(own, "data"), "$ref"));
    }

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void Message_WithAnExchange_HasAChannelAndAnOperationInItsDirection(string name)
    {
        var wire = OutboundDocuments.NameOf(Messages.Single(type => type.Name == name));
        var channels = Map(Document, "channels");
        if (!EventNames.All.Contains(wire))
        {
            Assert.Contains(name, Names(Map(Map(channels, "reply"), "messages")));
            return;
        }

        var inbound = EventNames.Inbound.Contains(wire);
        var operation = Map(Map(Document, "operations"), (inbound ? "receive" : "send") + name);
        Assert.Equal(wire, Text(Map(channels, wire), "address"));
        Assert.Equal(wire, Text(Map(Map(Map(Map(channels, wire), "bindings"), "amqp"), "exchange"), "name"));
        Assert.Equal(inbound ? "receive" : "send", Text(operation, "action"));
        Assert.Equal($"#/channels/{wire}", Text(Map(operation, "channel"), "$ref"));
    }

    [Fact]
    public void EveryReference_LeadsSomewhere()
    {
        var references = Document.AllNodes.OfType<YamlMappingNode>()
            .SelectMany(node => node.Children).Where(child => child.Key is YamlScalarNode { Value: "$ref" })
            .Select(child => ((YamlScalarNode)child.Value).Value!).Distinct();

        Assert.All(references, reference => Assert.NotNull(Resolve(reference)));
    }

    [Fact]
    public void EnvelopeSchema_HasTheMembersOfADocument()
    {
        var message = new OutboundDocuments(new Messaging.BusSettings { RabbitMqUrl = new Uri("amqp://h") }, TimeProvider.System)
            .Event(Example.ToolExecutionResult, new OutboundContext { CorrelationId = "c", TraceParent = Example.ExecutionIdentity.TraceParent, TraceState = "a=b" });

        var members = JsonElement.Parse(message.Body.Span).EnumerateObject().Select(member => member.Name);

        Assert.Equal(members.Order(), Names(Map(Schema("Document"), "properties")).Order());
        Assert.Empty(Texts(Schema("Document"), "required").Except(members));
    }

    private static HashSet<Type> Reachable()
    {
        var found = new HashSet<Type>();
        var waiting = new Stack<Type>(Messages);
        while (waiting.TryPop(out var type))
        {
            if (type.Assembly == typeof(Priority).Assembly && found.Add(type) && !type.IsEnum)
            {
                foreach (var property in Properties(type))
                {
                    waiting.Push(Element(property.PropertyType));
                }
            }
        }

        return found;
    }

    private static Type Element(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsGenericType ? Element(plain.GetGenericArguments()[^1]) : plain;
    }

    private static PropertyInfo[] Properties(Type record) => record.GetProperties(BindingFlags.Public | BindingFlags.Instance);

    private static string WireName(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    // Absent members are left out, and only what may be null can be absent.
    private static bool IsAlwaysThere(PropertyInfo property) => property.PropertyType.IsValueType
        ? Nullable.GetUnderlyingType(property.PropertyType) is null
        : Nullability.Create(property).WriteState == NullabilityState.NotNull;

    private static string TypeOf(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain switch
        {
            _ when plain == typeof(string) => "string",
            _ when plain == typeof(Guid) => "string uuid",
            _ when plain == typeof(DateTimeOffset) => "string date-time",
            _ when plain == typeof(int) => "integer int32",
            _ when plain == typeof(long) => "integer int64",
            _ when plain == typeof(double) || plain == typeof(decimal) => "number",
            _ when plain == typeof(bool) => "boolean",
            _ when plain == typeof(JsonElement) => "any",
            { IsGenericType: true } when plain.GetGenericArguments().Length == 1 => $"array of {TypeOf(plain.GetGenericArguments()[0])}",
            { IsGenericType: true } => $"object of {TypeOf(plain.GetGenericArguments()[1])}",
            _ => $"#/components/schemas/{plain.Name}",
        };
    }

    private static string Described(YamlMappingNode schema)
    {
        if (schema.Children.TryGetValue("$ref", out var reference))
        {
            return ((YamlScalarNode)reference).Value!;
        }

        var type = schema.Children.TryGetValue("type", out var given) ? ((YamlScalarNode)given).Value! : "any";
        return type switch
        {
            "array" => $"array of {Described(Map(schema, "items"))}",
            "object" when schema.Children.ContainsKey("additionalProperties") => $"object of {Described(Map(schema, "additionalProperties"))}",
            "object" => "any",
            _ => schema.Children.TryGetValue("format", out var format) ? $"{type} {format}" : type,
        };
    }

    private static YamlNode? Resolve(string reference) => reference.TrimStart('#', '/').Split('/').Aggregate(
        (YamlNode?)Document,
        (node, part) => node is YamlMappingNode map && map.Children.TryGetValue(part, out var child) ? child : null);

    private static YamlMappingNode Schema(string name) => Map(Map(Map(Document, "components"), "schemas"), name);

    private static YamlMappingNode Map(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out var child) && child is YamlMappingNode map ? map : throw new KeyNotFoundException($"docs/asyncapi.yaml has no {name} there.");

    private static string? Text(YamlMappingNode node, string name) => ((YamlScalarNode)node.Children[name]).Value;

    private static IEnumerable<string> Names(YamlMappingNode node) => node.Children.Keys.Select(key => ((YamlScalarNode)key).Value!);

    private static IEnumerable<string> Texts(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out var list) ? ((YamlSequenceNode)list).Select(item => ((YamlScalarNode)item).Value!) : [];

    private static YamlMappingNode Load([CallerFilePath] string here = "")
    {
        using var reader = File.OpenText(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "docs", "asyncapi.yaml"));
        var stream = new YamlStream();
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }
}
