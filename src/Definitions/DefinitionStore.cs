using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

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
    private const int MaxHours = 1_000_000;

    // Compared with files of other implementations, which write quotes as they are.
    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    /// <summary>The file of a key: its SHA-256 in lower-case hexadecimal, or the beginning of it (CapNs spec 10.4, 13.2).</summary>
    public string FileOf(string key) => $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..digits]}.json";

    /// <summary>Reads all files; deletes those that are expired or cannot be read.</summary>
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

    private async Task<StoredDefinition<T>?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(file);
            return await JsonNode.ParseAsync(stream, cancellationToken: cancellationToken) is JsonObject json
                && json[member].Deserialize<T>(Plain) is { } definition
                && json["cached_at"] is JsonValue at && at.TryGetValue(out long seconds) && seconds is >= 0 and <= MaxSeconds
                && json["ttl_hours"] is JsonValue hours && hours.TryGetValue(out int ttl) && ttl is >= 0 and <= MaxHours
                ? new StoredDefinition<T>(definition, DateTimeOffset.FromUnixTimeSeconds(seconds), TimeSpan.FromHours(ttl), More(json))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Dictionary<string, string> More(JsonObject json) => json
        .Where(pair => pair.Key is not ("cached_at" or "ttl_hours") && pair.Key != member)
        .Select(pair => (pair.Key, Value: (pair.Value as JsonValue)?.TryGetValue(out string? text) == true ? text : null))
        .Where(pair => pair.Value is not null)
        .ToDictionary(pair => pair.Key, pair => pair.Value!);
}

/// <summary>What one file holds.</summary>
internal sealed record StoredDefinition<T>(T Definition, DateTimeOffset CachedAt, TimeSpan TimeToLive, IReadOnlyDictionary<string, string> More)
    where T : class
{
    public bool IsExpired(DateTimeOffset now) => now - CachedAt > TimeToLive;
}
