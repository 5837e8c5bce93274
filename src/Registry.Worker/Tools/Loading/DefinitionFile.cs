using System.Reflection;
using System.Text.Json;

namespace Capns.Registry.Worker.Tools.Loading;

/// <summary>A definition that is registered at start: where it came from, and its text or why it could not be read.</summary>
internal sealed record DefinitionFile(string Name, JsonElement? Document, string? Problem)
{
    private const string ResourcePrefix = "builtin/";
    private const int MaxBytes = 10 * 1024 * 1024;

    /// <summary>The built-in tools (platform spec 5.14), from this assembly.</summary>
    public static IEnumerable<DefinitionFile> Builtin()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var document = JsonDocument.Parse(assembly.GetManifestResourceStream(name)!);
            yield return new DefinitionFile(name, document.RootElement.Clone(), null);
        }
    }

    /// <summary>All <c>*.json</c> of a folder, in the order of their names. A file that cannot be read says so; it does not stop the others.</summary>
    public static async Task<IReadOnlyList<DefinitionFile>> FolderAsync(string folder, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            return [new DefinitionFile(folder, null, "TOOL_DEFINITIONS names a folder that does not exist")];
        }

        var files = new List<DefinitionFile>();
        foreach (var path in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            files.Add(await ReadAsync(path, cancellationToken));
        }

        return files;
    }

    private static async Task<DefinitionFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(path);
        try
        {
            await using var stream = File.OpenRead(path);
            if (stream.Length > MaxBytes)
            {
                return new DefinitionFile(name, null, $"has {stream.Length} bytes; the limit is {MaxBytes}");
            }

            using var document = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
            return new DefinitionFile(name, document.RootElement.Clone(), null);
        }
        catch (JsonException exception)
        {
            return new DefinitionFile(name, null, $"is not JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1} cannot be read");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new DefinitionFile(name, null, $"cannot be read: {exception.Message}");
        }
    }
}
