using System.Globalization;
using System.Net.NetworkInformation;
using System.Text.Json.Nodes;
using Capns.Hosting.Configuration;

namespace Capns.Hosting.Health;

/// <summary>Builds the document of <c>/health/detailed</c> (platform spec 10.2). Every number in it is measured.</summary>
internal sealed class DetailedHealth(ServiceSettings service, TimeProvider time)
{
    private readonly Lock _cpuLock = new();
    private readonly long _started = time.GetTimestamp();
    private (long At, TimeSpan Used) _cpuBefore = (time.GetTimestamp(), Environment.CpuUsage.TotalTime);
    private double _cores;

    public JsonObject Write(HealthSnapshot snapshot)
    {
        var uptime = (long)time.GetElapsedTime(_started).TotalSeconds;
        var document = new JsonObject
        {
            ["status"] = snapshot.Status,
            ["service"] = service.Name,
            ["worker"] = service.Worker,
            ["version"] = service.Version,
            ["timestamp"] = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["uptime"] = uptime,
        };
        var dependencies = new JsonObject();
        foreach (var (part, report) in snapshot.Parts)
        {
            WritePart(Section(document, part.Section), part, report);
            if (report.Word is not null)
            {
                dependencies[part.Name] = report.Word;
            }
        }

        document["resources"] = Resources();
        document["dependencies"] = dependencies;
        Section(document, "metrics")["uptime"] = uptime;
        return document;
    }

    /// <summary>One part's section, found by the part's name or the first word of its section.</summary>
    /// <returns>Null when there is no such part.</returns>
    public static JsonObject? WritePart(HealthSnapshot snapshot, string name)
    {
        var wanted = name == "execution-engine" ? "eventRunner" : name;
        var chosen = snapshot.Parts.Where(part => part.Part.Name == wanted || part.Part.Section.Split('/')[0] == wanted).ToList();
        if (chosen.Count == 0)
        {
            return null;
        }

        var document = new JsonObject { ["status"] = new HealthSnapshot(chosen).Status };
        foreach (var (part, report) in chosen)
        {
            WritePart(Section(document, part.Name), part, report);
        }

        return document;
    }

    private static void WritePart(JsonObject section, IHealthPart part, PartReport report)
    {
        if (report.Word is not null)
        {
            section["status"] = report.Word;
            section["required"] = part.Required;
        }

        foreach (var (name, value) in report.Measures ?? new Dictionary<string, object?>())
        {
            section[name] = System.Text.Json.JsonSerializer.SerializeToNode(value);
        }
    }

    private static JsonObject Section(JsonObject document, string path)
    {
        var section = document;
        foreach (var step in path.Split('/'))
        {
            if (section[step] is not JsonObject inner)
            {
                section[step] = inner = [];
            }

            section = inner;
        }

        return section;
    }

    private JsonObject Resources()
    {
        long received = 0, sent = 0;
        foreach (var card in NetworkInterface.GetAllNetworkInterfaces().Where(card => card.NetworkInterfaceType != NetworkInterfaceType.Loopback))
        {
            var statistics = card.GetIPStatistics();
            received += statistics.BytesReceived;
            sent += statistics.BytesSent;
        }

        return new JsonObject
        {
            ["memory"] = new JsonObject
            {
                ["usedMb"] = Environment.WorkingSet >> 20,
                ["limitMb"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20,
            },
            ["cpu"] = new JsonObject { ["cores"] = Math.Round(Cores(), 3), ["limit"] = Environment.ProcessorCount },
            ["network"] = new JsonObject { ["inBytes"] = received, ["outBytes"] = sent },
        };
    }

    /// <summary>Cores used on average since the last measurement at least a second ago.</summary>
    private double Cores()
    {
        lock (_cpuLock)
        {
            var elapsed = time.GetElapsedTime(_cpuBefore.At);
            if (elapsed >= TimeSpan.FromSeconds(1) || (_cores == 0 && elapsed > TimeSpan.Zero))
            {
                var used = Environment.CpuUsage.TotalTime;
                _cores = (used - _cpuBefore.Used) / elapsed;
                _cpuBefore = (time.GetTimestamp(), used);
            }

            return _cores;
        }
    }
}
