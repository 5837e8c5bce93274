using System.Text.Json;
using Capns.Core.Caps.Rules;
using Capns.Core.Json;

namespace Capns.Core.Caps.Reading;

/// <summary>Reads the JSON of a plugin manifest (CapNs spec 14.1).</summary>
internal static class ManifestReader
{
    private const string CapsMember = "caps";

    /// <summary>A capability that is not valid makes the manifest invalid.</summary>
    public static CapManifest? ReadStrictly(DefinitionReading reading, JsonElement json)
    {
        var manifest = ReadLeniently(reading, json);
        if (manifest is { Problems: [var first, ..] })
        {
            reading.Findings.Report(DefinitionStage.References, first.Error);
        }

        return manifest?.Manifest;
    }

    public static CapManifestReading? ReadLeniently(DefinitionReading reading, JsonElement json)
    {
        if (!reading.IsObject(json, string.Empty))
        {
            return null;
        }

        var problems = new List<CapManifestProblem>();
        var caps = new List<Cap>();
        if (reading.TryGetRequired(json, string.Empty, CapsMember, out var list))
        {
            var index = 0;
            caps = reading.Items(list, JsonPointer.Append(string.Empty, CapsMember), (cap, path) => ReadCap(cap, index++, path, problems));
        }

        var manifest = new CapManifest
        {
            Name = reading.RequiredText(json, string.Empty, "name"),
            Version = reading.RequiredText(json, string.Empty, "version"),
            Description = reading.RequiredText(json, string.Empty, "description"),
            Caps = caps,
            Author = reading.OptionalText(json, string.Empty, "author"),
            PageUrl = reading.OptionalText(json, string.Empty, "page_url"),
        };
        return new CapManifestReading(manifest, problems);
    }

    /// <summary>Each is read for itself, so that what is wrong with one does not hide what is wrong with the next.</summary>
    private static Cap? ReadCap(JsonElement json, int index, string path, List<CapManifestProblem> problems)
    {
        var reading = new DefinitionReading();
        var cap = CapReader.Read(reading, json, path);
        if (cap is not null && reading.HasShape)
        {
            ArgumentRules.Check(reading.Findings, cap, path);
        }

        if (reading.Findings.Error is not { } error)
        {
            return cap;
        }

        problems.Add(new CapManifestProblem(index, error, json.Clone()));
        return null;
    }
}
