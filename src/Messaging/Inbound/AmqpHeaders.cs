using System.Text;
using System.Text.Unicode;

namespace Capns.Messaging.Inbound;

/// <summary>AMQP headers as text.</summary>
internal sealed class AmqpHeaders(IReadOnlyDictionary<string, object?> headers)
{
    public IEnumerable<string> Names => headers.Keys;

    /// <summary>The text of a header; absent when missing or not text. Names are compared exactly, then without regard to case.</summary>
    public string? Text(string name) => headers.TryGetValue(name, out var value)
        ? Text(value)
        : Text(headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value);

    private static string? Text(object? value) => value switch
    {
        string text => text,
        byte[] bytes when Utf8.IsValid(bytes) => Encoding.UTF8.GetString(bytes),
        _ => null,
    };
}
