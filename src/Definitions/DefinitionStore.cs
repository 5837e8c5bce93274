using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Capns.Core.Caps;
using Capns.Core.Json;

namespace Capns.Definitions;

/// <summary>One file for each entry in one folder. What cannot be read counts as not there; what is written is there whole or not at all.</summary>
/// <typeparam name="T">What a file holds.</typeparam>
/// <param name="folder">Made at the first write.</param>
/// <param name="member">The name of the member that holds it, e.g. <c>definition</c>.</param>
/// <param name="isReadOnly">Nothing is written or deleted.</param>
/// <param name="digits">How many hexadecimal digits of the hash name a file, 16 to 64.</param>
internal sealed class DefinitionStore<T>(string folder, string member, bool isReadOnly, int digits = 64)
    where T : class
{
    private const long MaxSeconds = 253_402_300_799; // the end of the year 9999
    private const int MaxHours = RegistryConfig.MaxHoursToLive;

    // Of a definition, with room for what stands around it.
    private const int MaxDepth = Cap.MaxJsonDepth + 16;

    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    // Compared with files of other implementations, which write quotes as they are.
    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        MaxDepth = MaxDepth,
    };

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The file of a key: its SHA-256 in lower-case hexadecimal, or the beginning of it (CapNs spec 10.4, 13.2).</summary>
    public string FileOf(string key) => $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..digits]}.json";

    /// <summary>Reads all files; deletes those that are expired or cannot be read, and what was left half written a day ago.</summary>
    /// <exception cref="DefinitionException">CacheError: the folder cannot be read.</exception>
    /// <returns>By file name.</returns>
    public async Task<IReadOnlyDictionary<string, StoredDefinition<T>>> LoadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var entries = new Dictionary<string, StoredDefinition<T>>();
        try
        {
            foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [])
            {
                if (await ReadAsync(file, cancellationToken) is { } entry && !entry.IsExpired(now))
                {
                    entries[Path.GetFileName(file)] = entry;
                }
                else if (!isReadOnly)
                {
                    File.Delete(file);
                }
            }

            DeleteAbandoned(now);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DefinitionException(DefinitionFailure.CacheError, $"The cache folder {folder} cannot be read: {exception.Message}", exception);
        }

        return entries;
    }

    /// <summary>Writes one entry: to a file beside it, which then takes its place.</summary>
    /// <exception cref="DefinitionException">CacheError: the folder cannot be written.</exception>
    public async Task WriteAsync(string file, StoredDefinition<T> entry, CancellationToken cancellationToken)
    {
        if (isReadOnly)
        {
            return;
        }

        var json = new JsonObject
        {
            [member] = JsonSerializer.SerializeToNode(entry.Definition, Plain),
            ["cached_at"] = entry.CachedAt.ToUnixTimeSeconds(),
            ["ttl_hours"] = (long)entry.TimeToLive.TotalHours,
        };
        foreach (var (name, value) in entry.More)
        {
            json[name] = value;
        }

        var temporary = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync(temporary, json.ToJsonString(Plain), cancellationToken);
            File.Move(temporary, Path.Combine(folder, file), overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            throw new DefinitionException(DefinitionFailure.CacheError, $"The cache folder {folder} cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>Deletes all entries.</summary>
    /// <exception cref="DefinitionException">CacheError: the folder cannot be written, or is kept read-only.</exception>
    public void Clear()
    {
        if (isReadOnly)
        {
            throw new DefinitionException(DefinitionFailure.CacheError, $"The cache folder {folder} is used read-only.");
        }

        try
        {
            foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [])
            {
                File.Delete(file);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DefinitionException(DefinitionFailure.CacheError, $"The cache folder {folder} cannot be emptied: {exception.Message}", exception);
        }
    }

    /// <summary>What a process left behind that ended between writing and moving.</summary>
    private void DeleteAbandoned(DateTimeOffset now)
    {
        foreach (var file in Directory.Exists(folder) && !isReadOnly ? Directory.GetFiles(folder, ".*.tmp") : [])
        {
            if (now - File.GetLastWriteTimeUtc(file) > Abandoned)
            {
                File.Delete(file);
            }
        }
    }

    private async Task<StoredDefinition<T>?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(file);
            using var document = await JsonDocument.ParseAsync(stream, Strict, cancellationToken);
            return JsonTextGuard.FindProblem(document.RootElement, MaxDepth) is null ? Read(document.RootElement) : null;
        }
        catch (Exception exception) when (exception is JsonException or FileNotFoundException)
        {
            // Broken, or another process was faster at deleting it.
            return null;
        }
    }

    private StoredDefinition<T>? Read(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object
        && json.TryGetProperty(member, out var kept) && kept.Deserialize<T>(Plain) is { } definition
        && TryGetNumber(json, "cached_at", MaxSeconds, out var seconds) && TryGetNumber(json, "ttl_hours", MaxHours, out var hours)
            ? new StoredDefinition<T>(definition, DateTimeOffset.FromUnixTimeSeconds(seconds), TimeSpan.FromHours(hours), More(json))
            : null;

    private static bool TryGetNumber(JsonElement json, string name, long most, out long number)
    {
        number = 0;
        return json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out number)
            && number >= 0 && number <= most;
    }

    private Dictionary<string, string> More(JsonElement json) => json.EnumerateObject()
        .Where(pair => pair.Name != member && pair.Value.ValueKind == JsonValueKind.String)
        .ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!);
}
